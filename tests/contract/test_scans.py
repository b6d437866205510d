"""A scan made anew of its files: only of the pages that were seen, until compared."""

from dataclasses import replace

import pytest

from certify.arrangement import Arrangement, Reduction
from certify.case import StoredScan
from certify.errors import NotFound, ScanChanged, ScanCompared
from certify.scan import PlacedPage
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from tests.support.builders import AUTHORITY_ID, OFFICER_ID, make_page, make_scan
from tests.support.clock import MORNING
from tests.support.desk import SampleDesk, by_officer

REDUCTION = Reduction(
    officer_id=OFFICER_ID,
    reduced_at=MORNING,
    from_bytes=409_000,
    to_bytes=102_000,
    from_dpi=300,
    to_dpi=200,
)


def rearranged(scan: StoredScan, *more: StoredScan) -> StoredScan:
    """The scan's page turned, then the pages of more files."""
    parts = (scan, *more)
    pages = (scan.pages[0].turned(90), *(page for one in more for page in one.pages))
    placed = (
        PlacedPage(1, 1, 90),
        *(PlacedPage(n, 1) for n in range(2, len(parts) + 1)),
    )
    arrangement = Arrangement(tuple(one.id for one in parts), placed, 200)
    made = make_scan(scan.original_id, pages=pages, arrangement=arrangement)
    return replace(made, reduction=REDUCTION)


def test_what_it_is_made_of_is_kept(cases: SqlCases, desk: SampleDesk) -> None:
    original, scan = desk.scanned(desk.open_case())
    more = make_scan(original.id, pages=(make_page(width_px=100),))
    made = rearranged(scan, more)
    cases.rearrange_scan(
        made, by_officer("scan.add"), seen=scan.page_digest, parts=[more]
    )
    assert cases.original(original.id).scan == made
    assert cases.scans([more.id, scan.id]) == [more, scan]
    with pytest.raises(NotFound):
        cases.scans([scan.id, "unknown"])


def test_of_two_windows_one_is_told(
    cases: SqlCases, desk: SampleDesk, trail: SqlAuditTrail
) -> None:
    original, scan = desk.scanned(desk.open_case())
    first = rearranged(scan)
    cases.rearrange_scan(first, by_officer("scan.reduce"), seen=scan.page_digest)
    head = trail.check(AUTHORITY_ID)
    late = make_scan(original.id, pages=(scan.pages[0].turned(180),))
    with pytest.raises(ScanChanged):
        cases.rearrange_scan(late, by_officer("scan.arrange"), seen=scan.page_digest)
    assert cases.original(original.id).scan == first
    assert trail.check(AUTHORITY_ID) == head


def test_what_was_compared_stays(cases: SqlCases, desk: SampleDesk) -> None:
    compared = desk.compared()
    scan = compared.scan
    with pytest.raises(ScanCompared):
        cases.rearrange_scan(
            rearranged(scan), by_officer("scan.arrange"), seen=scan.page_digest
        )
    assert cases.original(compared.original.id).scan == scan
    assert cases.comparison(compared.attestation_id).page_digest == scan.page_digest
