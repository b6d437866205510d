"""Two visits with three papers each, over the API, up to the book and the fees."""

from itertools import pairwise
from typing import Any

from api.samples.make import Sample
from certify.access import Scope
from certify.numbering import DEFAULT_BOOK_KIND
from tests.support.web import WebSystem, comparison_of


def test_six_numbers_six_book_rows_two_fees(web_service: WebSystem) -> None:
    services = web_service.services
    before = len(_book(web_service))
    visits = [_visit(web_service, name, n) for n, name in enumerate(("Lan", "Mai"), 1)]
    rows = _book(web_service)[before:]
    assert [row.number.number for row in rows] == list(range(before + 1, before + 7))
    assert all(b.number.number == a.number.number + 1 for a, b in pairwise(rows))
    with web_service.client(Scope.OFFICER) as officer:
        for copies, visit in enumerate(visits, 1):
            case = officer.get(f"/api/v1/cases/{visit['id']}").json()
            assert case["fee_final"] is True
            assert case["fee_dong"] == _by_law(web_service.samples, copies)
            ids = {original["attestation_id"] for original in case["originals"]}
            own = [row for row in rows if row.attestation_id in ids]
            assert sum(row.fee_dong for row in own) == case["fee_dong"]
            assert {row.copies for row in own} == {copies}
    with web_service.client() as desk:
        page = desk.get(f"/desk/cases/{visits[0]['id']}").text
    fee = f"{_by_law(web_service.samples, 1):,} đồng".replace(",", ".")
    assert f"<dd>{fee}</dd>" in page
    assert services.trail.check(services.authority_id).sequence > 0


def test_the_fee_of_a_visit_grows_with_its_papers(web_service: WebSystem) -> None:
    sample = web_service.samples[0]
    with web_service.client(Scope.OFFICER) as officer:
        case = officer.post(
            "/api/v1/cases", json={"requester": {"name": sample.requester}}
        ).json()
        assert (case["fee_dong"], case["fee_final"]) == (0, False)
        _compared(officer, case["id"], sample, copies=3)
        officer.post(f"/api/v1/cases/{case['id']}/originals", json={"title": "Khác"})
        case = officer.get(f"/api/v1/cases/{case['id']}").json()
    assert (case["fee_dong"], case["fee_final"]) == (_by_law([sample], 3), False)
    with web_service.client() as desk:
        assert "tạm tính: 1/2 giấy tờ" in desk.get(f"/desk/cases/{case['id']}").text


def _visit(system: WebSystem, name: str, copies: int) -> dict[str, Any]:
    """One requester with three papers, confirmed in one act, issued one by one."""
    with system.client(Scope.OFFICER) as officer:
        case: dict[str, Any] = officer.post(
            "/api/v1/cases", json={"requester": {"name": f"Lò Thị {name}"}}
        ).json()
        attestations = [
            _compared(officer, case["id"], sample, copies) for sample in system.samples
        ]
    with system.client(Scope.SIGN) as signer:
        confirmed = signer.post(
            "/api/v1/confirmations",
            json={
                "signatory": system.services.signatory_id,
                "attestations": attestations,
                "content_digests": {
                    attestation: system.services.desk.draft_statement(
                        attestation, system.services.signatory_id
                    ).content_digest
                    for attestation in attestations
                },
            },
        )
        assert confirmed.status_code == 200, confirmed.text
        for attestation in attestations:
            issued = signer.post(f"/api/v1/attestations/{attestation}/issue")
            assert issued.status_code == 200, issued.text
    return case


def _compared(officer: Any, case_id: str, sample: Sample, copies: int) -> str:
    original = officer.post(
        f"/api/v1/cases/{case_id}/originals",
        json={"title": sample.title, "issuer": sample.issuer, "copies": copies},
    ).json()["id"]
    scan = officer.put(
        f"/api/v1/originals/{original}/scan", content=sample.path.read_bytes()
    ).json()
    record = officer.put(
        f"/api/v1/originals/{original}/comparison", json=comparison_of(scan)
    )
    assert record.status_code == 200, record.text
    return str(record.json()["id"])


def _by_law(samples: list[Sample], copies: int) -> int:
    """TT 226/2016: 2,000 for the first two pages, 1,000 for each other page."""
    return sum(
        copies * (min(s.pages, 2) * 2000 + max(s.pages - 2, 0) * 1000) for s in samples
    )


def _book(system: WebSystem) -> Any:
    services = system.services
    year = services.clock.now().year
    return services.register.book(services.authority_id, DEFAULT_BOOK_KIND, year)
