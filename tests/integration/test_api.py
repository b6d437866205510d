"""The JSON API over the real service: one paper from the visit to verification."""

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.readiness import CLOCK, FOR_SIGNING, NEEDED
from api.samples.make import Sample
from api.web_settings import WebSettings
from certify.access import Scope
from certify.attestation import Act
from certify.identifiers import new_id, show_verification_code
from tests.support.web import (
    QUIET,
    WebSystem,
    compared,
    comparison_of,
    confirmed,
    log_lines,
    log_text,
    web_system,
)


@pytest.fixture(scope="module")
def system(web_service: WebSystem) -> WebSystem:
    return web_service


@pytest.fixture(scope="module")
def issued(system: WebSystem) -> dict[str, Any]:
    """A released attestation of a birth certificate, with its file."""
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    attestation = compared(system, sample)
    confirmed(system, attestation["id"])
    path = f"/api/v1/attestations/{attestation['id']}"
    with system.client(Scope.SIGN) as signer:
        edition = signer.post(f"{path}/issue")
        assert edition.status_code == 200, edition.text
    with system.client(Scope.PARTNER) as partner:
        download = partner.get(f"{path}/copy.pdf")
        released = partner.get(path).json()
    return {
        "attestation": released,
        "edition": edition.json(),
        "download": download,
        "requester": sample.requester,
    }


def test_issuing_again_gives_what_was_released(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    """Whoever confirms and then asks may find that a worker was quicker."""
    path = f"/api/v1/attestations/{issued['attestation']['id']}/issue"
    with system.client(Scope.SIGN) as signer:
        again = signer.post(path)
    assert (again.status_code, again.json()) == (200, issued["edition"])


def test_a_paper_becomes_a_copy_that_verifies(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    assert issued["attestation"]["step"] == "released"
    assert issued["attestation"]["number"].endswith("-SCTĐT/BS")
    download = issued["download"]
    assert download.status_code == 200
    assert download.content.startswith(b"%PDF-")
    disposition = download.headers["content-disposition"]
    assert 'filename="ban-sao-chung-thuc-' in disposition
    assert "filename*=UTF-8''B%E1%BA%A3n%20sao" in disposition
    with system.client() as anybody:
        report = anybody.post("/api/v1/verify", content=download.content).json()
    assert (report["verdict"], report["colour"]) == ("ours_in_force", "green")
    assert report["level"] == "PAdES-B-LTA"
    assert report["sha256"] == issued["edition"]["sha256"]
    assert issued["requester"] not in str(report)


def test_an_altered_copy_is_never_green(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    with system.client() as anybody:
        for altered in (
            issued["download"].content + b"\n",
            issued["download"].content[:-40],
            issued["download"].content.replace(b"/Type /Page", b"/Type /Pagf", 1),
        ):
            report = anybody.post("/api/v1/verify", content=altered)
            assert report.status_code == 200
            assert report.json()["colour"] != "green"


@pytest.mark.parametrize("write", [str, str.lower, show_verification_code])
def test_a_code_alone_is_amber_and_names_nobody(
    system: WebSystem, issued: dict[str, Any], write: Any
) -> None:
    code = issued["attestation"]["verification_code"]
    with system.client() as anybody:
        answer = anybody.get(f"/api/v1/codes/{write(code)}")
    facts = answer.json()
    assert facts["colour"] == "amber"
    assert facts["document_type"] == "Giấy khai sinh"
    assert facts["sha256"] == issued["edition"]["sha256"]
    assert issued["requester"] not in answer.text


def test_a_good_file_does_not_vouch_for_another_code(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    file = {"file": ("x.pdf", issued["download"].content)}
    own = issued["attestation"]["verification_code"]
    with system.client() as anybody:
        right = anybody.post(f"/v/{own.lower()}", files=file)
        wrong = anybody.post(f"/v/{'0' * 16}", files=file)
    assert 'class="band green"' in right.text
    assert 'class="band red"' in wrong.text
    assert "Không phải bản sao của mã này" in wrong.text
    assert 'class="band green"' not in wrong.text


def test_unreleased_codes_do_not_resolve(system: WebSystem) -> None:
    sample = next(s for s in system.samples if s.path.suffix == ".tif")
    waiting = compared(system, sample)
    with system.client() as anybody:
        for code in (waiting["verification_code"], "0" * 16, "sai"):
            assert anybody.get(f"/api/v1/codes/{code}").status_code == 404
    with system.client(Scope.PARTNER) as partner:
        path = f"/api/v1/attestations/{waiting['id']}/copy.pdf"
        assert partner.get(path).status_code == 404


def test_confirming_something_else_than_was_shown_is_refused(
    system: WebSystem,
) -> None:
    waiting = compared(system, system.samples[2])
    body = {
        "signatory": system.services.signatory_id,
        "attestations": [waiting["id"]],
        "content_digests": {waiting["id"]: "0" * 64},
    }
    with system.client(Scope.SIGN) as signer:
        answer = signer.post("/api/v1/confirmations", json=body)
        assert answer.status_code == 403
        assert answer.json()["code"] == "confirmation.invalid"
        issue = signer.post(f"/api/v1/attestations/{waiting['id']}/issue")
    assert issue.status_code == 409


def test_page_pictures_are_for_the_desk_only_and_kept(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    path = f"/api/v1/originals/{issued['attestation']['original_id']}/pages"
    with system.client(Scope.OFFICER) as officer:
        first = officer.get(f"{path}/1.png", params={"width": 360})
        second = officer.get(f"{path}/1.png", params={"width": 360})
        assert officer.get(f"{path}/2.png").status_code == 404
        assert officer.get(f"{path}/1.png", params={"width": 7}).status_code == 422
    assert Image.open(io.BytesIO(first.content)).width == 360
    assert first.content == second.content
    assert first.headers["cache-control"] == "no-store"
    with system.client(Scope.PARTNER) as partner:
        assert partner.get(f"{path}/1.png").status_code == 403


def test_a_scan_without_resolution_needs_a_paper_size(
    system: WebSystem, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    page = Image.open(system.samples[1].path).resize((1240, 1754))
    page.save(photo)
    with system.client(Scope.OFFICER) as officer:
        case = officer.post("/api/v1/cases", json={"requester": {"name": "Lý A"}})
        original = officer.post(
            f"/api/v1/cases/{case.json()['id']}/originals", json={"title": "Bảng điểm"}
        )
        path = f"/api/v1/originals/{original.json()['id']}/scan"
        blind = officer.put(path, content=photo.read_bytes())
        stated = officer.put(
            path,
            content=photo.read_bytes(),
            params={"paper_width_mm": 148, "paper_height_mm": 210},
        )
    assert blind.status_code == 422 or blind.json()["blocked"]
    assert stated.status_code == 200, stated.text
    assert stated.json()["pages"][0]["width_mm"] == pytest.approx(148, abs=0.5)


def test_an_incomplete_comparison_is_refused_in_words(system: WebSystem) -> None:
    waiting = compared(system, system.samples[2])
    path = f"/api/v1/originals/{waiting['original_id']}"
    with system.client(Scope.OFFICER) as officer:
        scan = officer.get(path).json()["scan"]
        body = comparison_of(scan, pages_match=False)
        answer = officer.put(f"{path}/comparison", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "comparison.incomplete"
    assert "từng trang" in answer.json()["detail"]


def test_without_a_good_key_nothing_opens(system: WebSystem) -> None:
    with system.client() as anybody:
        for headers in ({}, {"Authorization": "Bearer cc_wrong"}):
            answer = anybody.get("/api/v1/cases", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
    with system.client(Scope.PARTNER) as partner:
        refused = partner.post("/api/v1/cases", json={"requester": {"name": "Lý A"}})
        assert refused.status_code == 403


def test_another_authority_finds_nothing(
    system: WebSystem, issued: dict[str, Any]
) -> None:
    services = system.services
    now = services.clock.now()
    other = replace(
        services.people.authority(services.authority_id),
        id=new_id(),
        unit_code="H35.12.4",
    )
    services.people.add_authority(other, Act("system", "authority.add"))  # type: ignore[attr-defined]  # of the real store
    assert services.api_keys is not None
    plain = services.api_keys.create(
        other.id,
        frozenset(Scope),
        "Xã khác",
        expires_at=now.replace(year=now.year + 1),
        now=now,
        act=Act("system", "api_key.create"),
    )
    ours = issued["attestation"]
    with system.client() as stranger:
        stranger.headers["Authorization"] = f"Bearer {plain}"
        for path in (
            f"cases/{ours['case_id']}",
            f"originals/{ours['original_id']}",
            f"originals/{ours['original_id']}/pages/1.png",
            f"attestations/{ours['id']}",
            f"attestations/{ours['id']}/copy.pdf",
        ):
            assert stranger.get(f"/api/v1/{path}").status_code == 404, path
        issue = stranger.post(f"/api/v1/attestations/{ours['id']}/issue")
        assert issue.status_code == 404
        assert stranger.get("/api/v1/cases").json()["total"] == 0
        officer = {"Acting-Officer": services.officer_id}
        assert stranger.get("/api/v1/cases", headers=officer).status_code == 404


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"\0" * 5000, b"<html>"])
def test_any_bytes_get_a_verdict(system: WebSystem, junk: bytes) -> None:
    with system.client() as anybody:
        answer = anybody.post("/api/v1/verify", content=junk)
    assert answer.status_code == 200
    assert answer.json()["colour"] == "red"


def test_fields_are_named_and_input_is_not_repeated(system: WebSystem) -> None:
    with system.client(Scope.OFFICER) as officer:
        answer = officer.post(
            "/api/v1/cases", json={"requester": {"name": ["bí mật"]}, "thêm": 1}
        )
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {row["field"] for row in problem["errors"]} == {"requester.name", "thêm"}
    assert "phải là chuỗi ký tự" in problem["detail"]
    assert "bí mật" not in answer.text


def test_bodies_are_counted_while_they_stream(system: WebSystem) -> None:
    small = replace(QUIET, max_upload_bytes=1000, max_body_bytes=500)

    def chunks() -> Iterator[bytes]:
        for _ in range(2000):
            yield b"x" * 100

    with system.client(Scope.OFFICER, settings=small) as officer:
        streamed = officer.post("/api/v1/verify", content=chunks())
        declared = officer.post("/api/v1/cases", content=b"{" + b" " * 600)
    for answer in (streamed, declared):
        assert answer.status_code == 413
        assert answer.json()["code"] == "http.413"


def test_public_calls_are_limited_per_client(system: WebSystem) -> None:
    strict = WebSettings(public_per_minute=1, public_burst=2)
    with system.client(settings=strict) as anybody:
        statuses = [
            anybody.get("/api/v1/codes/0000000000000000").status_code for _ in range(3)
        ]
        last = anybody.get("/v/0000000000000000")
    assert statuses == [404, 404, 429]
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 61
    assert "chờ" in last.text


def test_a_fault_of_ours_tells_nothing(
    system: WebSystem, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_path: Path) -> None:
        raise RuntimeError("parameters: ('Lò Thị Bí Mật',)")

    with (
        caplog.at_level(logging.INFO, "api.requests"),
        system.client(verify=broken) as anybody,
    ):
        answer = anybody.post("/api/v1/verify", content=b"x")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("Hệ thống gặp lỗi ngoài dự kiến")
    assert "Bí Mật" not in answer.text + log_text(caplog.records)
    [line] = log_lines(caplog.records, "request")
    assert line["fault"] == "RuntimeError"
    assert any("broken" in frame for frame in line["at"])


def test_the_log_holds_no_code_and_no_query(
    system: WebSystem, issued: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    code = issued["attestation"]["verification_code"]
    with caplog.at_level(logging.INFO, "api.requests"), system.client() as anybody:
        anybody.get(f"/v/{code}", params={"ten": "Lò Thị Mai"})
    [line] = log_lines(caplog.records, "request")
    assert line["route"] == "/v/{code}"
    assert line["status"] == 200
    assert code not in log_text(caplog.records)
    assert "Mai" not in log_text(caplog.records)


def test_the_log_quotes_nothing_typed_in_the_place_of_an_id(
    system: WebSystem, issued: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    attestation_id = issued["attestation"]["id"]
    code = issued["attestation"]["verification_code"]
    with caplog.at_level(logging.INFO, "api.requests"), system.client() as anybody:
        for typed in (attestation_id, code, "012345678901", "Lò Thị Mai"):
            anybody.get(f"/api/v1/attestations/{typed}")
    lines = log_lines(caplog.records, "request")
    assert [x["attestation_id"] for x in lines] == [attestation_id, "…", "…", "…"]


def test_only_our_own_host_is_answered(system: WebSystem) -> None:
    with system.client() as anybody:
        for host in ("evil.example", "127.0.0.1.evil.example", ""):
            answer = anybody.get("/health/live", headers={"Host": host})
            assert answer.status_code == 400, host
        assert anybody.get("/health/live").json() == {"status": "ok"}


def test_every_answer_carries_the_security_headers(system: WebSystem) -> None:
    with system.client() as anybody:
        for path in ("/verify", "/api/v1/cases", "/nothing", "/static/site.css"):
            headers = anybody.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "'unsafe" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


def test_readiness_names_each_dependency(system: WebSystem) -> None:
    with system.client() as anybody:
        ready = anybody.get("/health/ready")
    assert ready.status_code == 200
    wanted = (*NEEDED, *FOR_SIGNING, CLOCK)
    assert ready.json() == dict.fromkeys(wanted, "ok")


def test_openapi_describes_the_api_and_not_the_pages(system: WebSystem) -> None:
    with system.client() as anybody:
        paths = anybody.get("/api/v1/openapi.json").json()["paths"]
    assert all(path.startswith("/api/v1/") for path in paths)
    assert len(paths) == 37
    for operations in paths.values():
        for operation in operations.values():
            assert operation["description"]


def test_a_silent_tsa_keeps_the_copy_waiting_in_sight(
    tmp_path: Path, papers: list[Sample]
) -> None:
    with web_system(tmp_path, papers, tsa_urls="http://127.0.0.1:9/tsa") as system:
        waiting = compared(system, system.samples[1])
        confirmed(system, waiting["id"])
        path = f"/api/v1/attestations/{waiting['id']}"
        with system.client(Scope.OFFICER) as officer:
            answer = officer.post(f"{path}/issue")
            view = officer.get(path).json()
            code = officer.get(f"/api/v1/codes/{waiting['verification_code']}")
    assert answer.status_code == 503
    assert answer.json()["retryable"] is True
    assert int(answer.headers["retry-after"]) > 0
    assert view["waiting"].startswith(answer.json()["detail"])  # and when it is tried
    assert code.status_code == 404
