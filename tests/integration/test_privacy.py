"""Scans that are gone, seen from the desk, the API and the command line."""

from typing import Any

from certify.access import Scope
from certify.attestation import Act
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
    assert copy.content.startswith(b"%PDF")


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
