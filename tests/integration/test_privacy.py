"""Scans that are gone, seen from the desk, the API and the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main
from api.data_folder import DataFolder
from api.initialise import initialise
from api.settings import Settings
from api.wiring import open_storage
from certify.access import Scope
from certify.attestation import Act
from tests.support.builders import make_case
from tests.support.web import WebSystem, compared, confirmed


def released(system: WebSystem) -> dict[str, Any]:
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    attestation = compared(system, sample)
    confirmed(system, attestation["id"])
    with system.client(Scope.SIGN) as signer:
        answer = signer.post(f"/api/v1/attestations/{attestation['id']}/issue")
    assert answer.status_code == 200, answer.text
    return attestation


def test_a_purged_scan_is_said_to_be_gone_everywhere(web_service: WebSystem) -> None:
    system = web_service
    attestation = released(system)
    original_id = attestation["original_id"]
    path = f"/originals/{original_id}"
    with system.client() as desk, system.client(Scope.OFFICER) as officer:
        picture = f"/api/v1{path}/pages/1.png"
        assert officer.get(picture).status_code == 200
        act = Act("system", "scan.purge")
        services = system.services
        services.purge_scans.purge(original_id, lambda _: True, act)
        gone = officer.get(picture)
        assert (gone.status_code, gone.json()["code"]) == (410, "scan.purged")
        assert "đã được xóa ngày" in gone.json()["detail"]
        shown = officer.get(f"/api/v1{path}").json()["scan"]
        assert shown["purged_at"]
        assert shown["page_count"] == len(shown["pages"])
        page = desk.get(f"/desk{path}")
        assert page.status_code == 200
        assert "Bản chụp đã được xóa ngày" in page.text
        assert "Bản sao đã cấp không bị ảnh hưởng" in page.text
        assert f"{path}/pages/1.png" not in page.text
        assert desk.get(f"/desk{path}/pages/1.png").status_code == 410
    with system.client(Scope.PARTNER) as partner:
        copy = partner.get(f"/api/v1/attestations/{attestation['id']}/copy.pdf")
    with system.client() as anybody:
        report = anybody.post("/api/v1/verify", content=copy.content).json()
    assert report["verdict"] == "ours_in_force"


def test_an_unreleased_paper_is_scanned_again(web_service: WebSystem) -> None:
    system = web_service
    sample = next(s for s in system.samples if s.path.suffix == ".jpg")
    attestation = compared(system, sample)
    original_id = attestation["original_id"]
    act = Act("system", "scan.purge")
    system.services.purge_scans.purge(original_id, lambda _: True, act)
    with system.client() as desk, system.client(Scope.OFFICER) as officer:
        page = desk.get(f"/desk/originals/{original_id}").text
        assert "hãy chụp lại bản chính" in page
        assert 'name="scan"' in page
        again = officer.put(
            f"/api/v1/originals/{original_id}/scan", content=sample.path.read_bytes()
        )
        assert again.status_code == 200
        assert again.json()["purged_at"] is None
        assert officer.get(again.json()["pages"][0]["picture"]).status_code == 200


def test_the_commands_show_before_they_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    initialise(Settings(data=data))
    with open_storage(DataFolder(data), Settings(data=data)) as storage:
        choices = DataFolder(data).choices()
        case = make_case(
            authority_id=choices.authority_id, officer_id=choices.officer_id
        )
        case = storage.cases.open_case(case, Act("system", "case.open"))

    def certify(*words: object) -> Any:
        code = main([*map(str, words), "--json", "--data", str(data)])
        said = json.loads(capsys.readouterr().out)
        assert (code == 0) == ("error" not in said), said
        return said

    stored = [path for path in data.rglob("*") if path.is_file()]
    assert any(case.code.encode() in path.read_bytes() for path in stored)
    for word in (case.requester.name, str(case.requester.email)):
        assert [p for p in stored if word.encode() in p.read_bytes()] == []
    assert certify("purge", "--dry-run") == {"dry_run": True, "papers": []}
    assert certify("purge")["papers"] == []
    out = tmp_path / "person.json"
    email = case.requester.email
    assert certify("person", "export", "--email", email, "--out", out)["visits"] == 1
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text())["visits"][0]["requester"]["email"] == email
    assert "error" in certify("person", "export", "--email", email, "--out", out)
    reason = ("--reason", "Đơn khiếu nại số 7")
    assert certify("case", "hold", case.code, *reason)["held"]
    said = certify("person", "erase", "--case", case.code, "--confirm")
    assert not said["visits"][0]["contact"]
    assert not certify("case", "unhold", case.code, *reason)["held"]
    for confirm in ((), ("--confirm",)):
        said = certify("person", "erase", "--case", case.code, *confirm)
        assert said["visits"][0]["contact"]
    assert certify("person", "erase", "--email", email)["error"]["code"] == "not_found"
    assert certify("database", "reseal")["rows"] == 0
