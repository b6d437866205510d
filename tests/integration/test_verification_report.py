"""The report: signed on request, for many files at once, the same for every asker."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from api.cli.desk_work import Paper, certify_one, hand_over
from api.many_files import MAX_FILES, worst
from api.signed_report import REPORT, SIGNATURE, STEPS
from api.web_settings import WebSettings
from certify.people import Requester
from certify.verification_policy import POLICY_ID
from tests.support.real import need
from tests.support.web import WebSystem

PDF = "application/pdf"


@pytest.fixture(scope="module")
def copy(web_service: WebSystem, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    services, sample = web_service.services, web_service.samples[1]
    case = services.desk.open_case(services.officer_id, Requester("Lò Văn Thử"))
    paper = Paper(scans=(sample.path,), title="Giấy khai sinh", accept="thử nghiệm")
    released = certify_one(services, case.id, paper, show_findings=lambda _: None)
    out = tmp_path_factory.mktemp("report") / "copy.pdf"
    return hand_over(services, released, out, overwrite=False).file.read_bytes()


def openssl_accepts(folder: Path, bundle: bytes, root: Path) -> bool:
    with zipfile.ZipFile(io.BytesIO(bundle)) as parts:
        assert parts.namelist() == [REPORT, SIGNATURE, STEPS]
        parts.extractall(folder)
    done = subprocess.run(
        [
            *(need("openssl"), "cms", "-verify", "-binary", "-inform", "DER"),
            *("-in", SIGNATURE, "-content", REPORT, "-out", "checked.json"),
            *("-CAfile", root, "-purpose", "any"),
        ],
        cwd=folder,
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def test_openssl_verifies_a_signed_report_and_no_changed_one(
    web_service: WebSystem, copy: bytes, tmp_path: Path
) -> None:
    root = tmp_path / "root.pem"
    with web_service.client() as anybody:
        answer = anybody.post("/api/v1/verify/signed", content=copy)
        plain = anybody.post("/api/v1/verify", content=copy).json()
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        report = json.loads(parts.read(REPORT))
    assert {k: report[k] for k in plain} == plain
    assert report["type"] == "verification-report/1"
    assert report["policy"]["id"] == POLICY_ID
    assert report["policy"]["roster"].endswith("#1")
    signer = web_service.services.bundle._trust / "roots/root.pem"
    root.write_bytes(signer.read_bytes())
    assert openssl_accepts(tmp_path, answer.content, root)
    (tmp_path / REPORT).write_bytes((tmp_path / REPORT).read_bytes() + b" ")
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as parts:
        for name in (REPORT, SIGNATURE, STEPS):
            parts.writestr(name, (tmp_path / name).read_bytes())
    assert not openssl_accepts(tmp_path, changed.getvalue(), root)


def test_only_a_report_of_ours_is_signed(web_service: WebSystem, copy: bytes) -> None:
    offered = web_service.services.signed_reports.offer
    upload = {"file": ("copy.pdf", copy, PDF)}
    with web_service.client() as anybody:
        page = anybody.post("/verify", files=upload)
        assert "Tải báo cáo có ký" in page.text
        assert "Chi tiết từng chữ ký" in page.text
        assert POLICY_ID in page.text
    path = Path(web_service.samples[1].path)
    sealed = offered(web_service.services.verify(path))
    assert sealed is not None
    address = "/verify/signed-report"
    with web_service.client() as anybody:
        good = {"report": sealed.text, "mac": sealed.mac}
        answer = anybody.post(address, data=good)
        assert answer.status_code == 200
        assert answer.content[:2] == b"PK"
        for forged in (
            {**good, "report": sealed.text.replace("red", "green")},
            {**good, "mac": "0" * 64},
            {"report": sealed.text},
        ):
            assert anybody.post(address, data=forged).status_code == 422


def test_one_bad_file_spoils_no_other(web_service: WebSystem, copy: bytes) -> None:
    changed = bytearray(copy)
    changed[len(copy) // 2] ^= 1
    sent = [
        ("file", ("a.pdf", copy, PDF)),
        ("file", ("b.pdf", b"not a PDF", PDF)),
        ("file", ("c.pdf", bytes(changed), PDF)),
        ("file", ("<b>.pdf", copy, PDF)),
    ]
    with web_service.client() as anybody:
        rows = anybody.post("/api/v1/verify/files", files=sent).json()
        page = anybody.post("/verify", files=sent)
    assert [(row["file"], row["colour"]) for row in rows] == [
        ("a.pdf", "green"),
        ("b.pdf", "red"),
        ("c.pdf", "red"),
        ("<b>.pdf", "green"),
    ]
    assert rows[0]["report"]["signatures"][0]["level"] == "PAdES-B-LTA"
    assert page.text.count('class="verdict green">Hợp lệ<') == 2
    assert "<b>.pdf" not in page.text


def test_many_files_are_as_many_calls(web_service: WebSystem) -> None:
    few = WebSettings(public_per_minute=1, public_burst=3)
    sent = [("file", (f"{n}.pdf", b"x", PDF)) for n in range(MAX_FILES + 1)]
    with web_service.client(settings=few) as anybody:
        refused = anybody.post("/api/v1/verify/files", files=sent[:4])
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
    with web_service.client() as anybody:
        assert anybody.post("/api/v1/verify/files", files=sent).status_code == 400
        assert anybody.post("/api/v1/verify/files").status_code == 422


def test_the_page_about_adobe_promises_nothing(web_service: WebSystem) -> None:
    with web_service.client() as anybody:
        page = anybody.get("/verify/adobe")
    assert page.status_code == 200
    assert "Không lấy từ chính tệp đang kiểm tra" in page.text


def test_the_worst_of_many() -> None:
    assert worst([]) == 0
    assert worst([0, 3, 0]) == 3
    assert worst([2, 3, 1, 0, 4]) == 1
    assert worst([1, 70]) == 70
