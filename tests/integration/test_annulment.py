"""An annulment over HTTP: decided at the desk or by the API, known everywhere."""

import csv
import io
import re
import shlex
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.__main__ import main
from certify.access import Scope
from certify.clock import vietnamese_day
from tests.support.real import need
from tests.support.web import WebSystem, compared, confirmed

REASON = "Bản chính bị tẩy xóa"


@pytest.fixture(scope="module")
def system(web_service: WebSystem) -> WebSystem:
    return web_service


@pytest.fixture(scope="module")
def issue(system: WebSystem) -> Callable[[], str]:
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")

    def run() -> str:
        attestation = compared(system, sample)
        confirmed(system, attestation["id"])
        path = f"/api/v1/attestations/{attestation['id']}/issue"
        with system.client(Scope.SIGN) as signer:
            assert signer.post(path).status_code == 200
        return str(attestation["id"])

    return run


@pytest.fixture(scope="module")
def in_force(issue: Callable[[], str]) -> str:
    """A copy for tests that look at it; the last of them annuls it."""
    return issue()


def today(system: WebSystem) -> str:
    return vietnamese_day(system.services.clock.now()).isoformat()


def decision(system: WebSystem, **changes: str) -> dict[str, str]:
    return {
        "signatory": system.services.signatory_id,
        "decision_number": "12/QĐ-UBND",
        "decided_on": today(system),
        "reason": REASON,
        **changes,
    }


def annul_by_api(system: WebSystem, attestation_id: str, **changes: str) -> Any:
    with system.client(Scope.SIGN) as signer:
        return signer.post(
            f"/api/v1/attestations/{attestation_id}/annulment",
            json=decision(system, **changes),
        )


def test_after_the_decision_every_answer_says_so(
    system: WebSystem, issue: Callable[[], str]
) -> None:
    attestation_id = issue()
    with system.client() as anybody, system.client(Scope.PARTNER) as partner:
        path = f"/api/v1/attestations/{attestation_id}"
        code = partner.get(path).json()["verification_code"]
        pdf = partner.get(f"{path}/copy.pdf").content
        assert anybody.post("/api/v1/verify", content=pdf).json()["exit_code"] == 0
        made = annul_by_api(system, attestation_id)
        assert made.status_code == 200, made.text
        report = anybody.post("/api/v1/verify", content=pdf).json()
        assert (report["verdict"], report["colour"]) == ("annulled", "red")
        assert report["annulment"] == made.json()
        assert report["register_facts"]["status"] == "annulled"
        looked_up = anybody.get(f"/api/v1/codes/{code}").json()
        assert (looked_up["colour"], looked_up["word"]) == ("red", "Đã bị hủy bỏ")
        assert "12/QĐ-UBND" in looked_up["sentence"]
        for page in (
            anybody.get(f"/v/{code}"),
            anybody.post("/verify", files={"file": ("x.pdf", pdf)}),
        ):
            assert "Đã bị hủy bỏ" in page.text
            assert "12/QĐ-UBND" in page.text
            assert REASON in page.text
            assert "có giá trị sử dụng thay cho bản chính" not in page.text
        again = partner.get(f"{path}/copy.pdf")
        assert again.content == pdf  # nothing is deleted
        assert "DA-HUY-BO" in again.headers["content-disposition"]
        assert partner.get(path).json()["annulment"] == made.json()
        twice = annul_by_api(system, attestation_id)
        assert (twice.status_code, twice.json()["code"]) == (409, "wrong_state")


def test_only_a_signing_key_of_the_authority_may_send_it(
    system: WebSystem, in_force: str
) -> None:
    attestation_id = in_force
    path = f"/api/v1/attestations/{attestation_id}/annulment"
    for scope in (Scope.OFFICER, Scope.PARTNER):
        with system.client(scope) as caller:
            assert caller.post(path, json=decision(system)).status_code == 403
    with system.client() as nobody:
        assert nobody.post(path, json=decision(system)).status_code == 401
    for changes in ({"reason": " "}, {"decided_on": "2020-01-01"}):
        assert annul_by_api(system, attestation_id, **changes).status_code == 422


def test_the_portal_reads_the_feed_from_where_it_was(
    system: WebSystem, issue: Callable[[], str]
) -> None:
    with system.client(Scope.PARTNER) as portal:
        start = portal.get("/api/v1/annulments").json()["next"]
        made = [annul_by_api(system, issue(), reason=r).json() for r in ("=1+1", "Hai")]
        page = portal.get("/api/v1/annulments", params={"since": start, "limit": 1})
        assert page.json()["annulments"] == made[:1]
        assert page.json()["more"]
        since = page.json()["next"]
        rest = portal.get("/api/v1/annulments", params={"since": since}).json()
        assert (rest["annulments"], rest["more"]) == (made[1:], False)
        sheet = portal.get("/api/v1/annulments.csv", params={"since": start})
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert [row["code"] for row in rows] == [m["code"] for m in made]
    assert rows[0]["reason"] == "'=1+1"  # no formula for a spreadsheet
    with system.client() as nobody:
        assert nobody.get("/api/v1/annulments").status_code == 401


@pytest.fixture
def desk(system: WebSystem) -> Iterator[TestClient]:
    with system.client() as client:
        yield client


def token(client: TestClient, page: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', client.get(page).text)[0]


def test_the_desk_asks_shows_and_only_then_records(
    system: WebSystem, desk: TestClient, issue: Callable[[], str]
) -> None:
    attestation_id = issue()
    page = f"/desk/attestations/{attestation_id}/annul"
    form = {
        "csrf": token(desk, page),
        "number": "15/QĐ-UBND",
        "day": today(system),
        "reason": REASON,
    }

    def annulment() -> object:
        copy = system.services.register.released_attestation(attestation_id)
        return copy and copy.annulment

    empty = desk.post(page, data={"csrf": form["csrf"], "reason": REASON})
    assert empty.status_code == 422
    assert 'id="f-number-error"' in empty.text
    assert f'value="{REASON}"' in empty.text  # nothing typed is lost
    shown = desk.post(page, data=form)
    assert "Có hiệu lực ngay và không rút lại được" in shown.text
    back = desk.post(page, data={**form, "edit": "1"})
    assert 'value="15/QĐ-UBND"' in back.text
    early = desk.post(page, data={**form, "day": "2020-01-01", "sure": "1"})
    assert early.status_code == 422
    assert 'id="f-day-error"' in early.text
    stranger = desk.post(page, data={**form, "csrf": "x", "sure": "1"})
    assert stranger.status_code == 403
    assert annulment() is None
    done = desk.post(page, data={**form, "sure": "1"})
    assert done.status_code == 303
    assert annulment() is not None
    paper = desk.get(done.headers["location"]).text
    assert "Bản sao đã bị hủy bỏ giá trị pháp lý" in paper
    assert "Hủy bỏ giá trị pháp lý…" not in paper
    assert "15/QĐ-UBND" in desk.get(page).text


# --- the bundle: without us --------------------------------------------------------


def bundle_of(system: WebSystem, attestation_id: str) -> bytes:
    with system.client(Scope.PARTNER) as partner:
        answer = partner.get(f"/api/v1/attestations/{attestation_id}/bundle.zip")
    assert answer.status_code == 200, answer.text
    return answer.content


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        bundle.extractall(folder)
    return folder


def test_a_bundle_is_the_same_twice_and_holds_what_is_needed(
    system: WebSystem, in_force: str, tmp_path: Path
) -> None:
    attestation_id = in_force
    first = bundle_of(system, attestation_id)
    assert bundle_of(system, attestation_id) == first
    folder = unpacked(first, tmp_path)
    with system.client(Scope.PARTNER) as partner:
        path = f"/api/v1/attestations/{attestation_id}"
        view = partner.get(path).json()
        pdf = partner.get(f"{path}/copy.pdf").content
    assert (folder / "ban-sao.pdf").read_bytes() == pdf
    assert len(list((folder / "chuoi-chung-thu").glob("*.pem"))) >= 4
    names = {p.name for p in (folder / "trust").iterdir()}
    assert names >= {"manifest.json", "roster.json", "roster.p7s", "annulments.json"}
    assert not list(folder.rglob("*.p12"))
    steps = (folder / "HUONG-DAN.txt").read_text(encoding="utf-8")
    assert view["number"] in steps
    assert "[[" not in steps
    for word in ("certify verify", "pdfsig", "Adobe", "AATL", "--offline-ok"):
        assert word in steps


def test_pdfsig_trusts_it_with_the_given_root(
    system: WebSystem, in_force: str, tmp_path: Path
) -> None:
    """The steps of HUONG-DAN.txt, as they are written there."""
    folder = unpacked(bundle_of(system, in_force), tmp_path)
    tools = {"certutil": need("certutil"), "pdfsig": need("pdfsig")}
    steps = (folder / "HUONG-DAN.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^     ((?:mkdir|certutil|pdfsig) .*)$", steps, re.MULTILINE)
    assert len(lines) == 4
    said = ""
    for line in lines:
        program, _, rest = line.strip().partition(" ")
        said = subprocess.run(
            [tools.get(program, program), *shlex.split(rest)],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
    assert said.count("Signature is Valid") == 2
    assert said.count("Certificate is Trusted") == 2
    assert "Total document signed" in said


def test_a_stranger_verifies_the_unpacked_bundle_with_our_command(
    system: WebSystem,
    in_force: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    attestation_id = in_force
    folder = unpacked(bundle_of(system, attestation_id), tmp_path / "a")
    nowhere = ["--data", str(tmp_path / "none")]

    def certify(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = main([*map(str, words), *nowhere])
        return code, "".join(capsys.readouterr())

    def verify(folder: Path) -> tuple[int, str]:
        return certify("verify", folder / "ban-sao.pdf", "--trust", folder / "trust")

    checked = certify("trust", "check", "--trust", folder / "trust")
    assert checked[0] == 0, checked[1]
    code, said = verify(folder)
    assert code == 0, said
    assert "HỢP LỆ THEO DANH BẠ" in said
    (folder / "trust" / "annulments.p7s").unlink()
    assert verify(folder)[0] == 3
    (folder / "trust" / "roster.p7s").unlink()
    code, said = verify(folder)
    assert code == 1
    assert "không xác lập được" in said
    assert certify("trust", "check", "--trust", folder / "trust")[0] == 1
    annul_by_api(system, attestation_id)
    later = unpacked(bundle_of(system, attestation_id), tmp_path / "b")
    code, said = verify(later)
    assert code == 1
    assert "12/QĐ-UBND" in said
