"""A paper released before is known again; of another authority's nothing but that."""

from dataclasses import replace

import numpy as np
import pytest

from certify.attestation import Act
from certify.case import Original, StoredScan
from certify.fingerprint import CELLS, PageFingerprint, pack
from certify.identifiers import new_id
from certify.known import MOST_SHOWN, Known, Likeness
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SYSTEM,
    digest_of,
    make_authority,
    make_comparison,
    make_original,
    make_page,
    make_scan,
)
from tests.support.clock import MORNING
from tests.support.desk import Compared, SampleDesk, by_officer
from tests.support.issuing import issue

ELSEWHERE = "bum-to"


def page_print(seed: int, *, spread: tuple[int, int] = (800, 500)) -> PageFingerprint:
    """Words of print at places of the seed's own."""
    words = np.random.default_rng(seed).random((CELLS // 4, CELLS // 4)) < 0.2
    printed = np.kron(words, np.ones((4, 4), np.bool_))
    return PageFingerprint(spread, pack(printed, ~printed))


def scan_of(original: Original, seed: int, *, same: bool = False) -> StoredScan:
    """A scan of the paper of a seed; `same` gives the very same page images."""
    stream = digest_of(str(seed) if same else new_id())
    return make_scan(
        original.id,
        pages=(make_page(stream_sha256=stream),),
        fingerprints=(page_print(seed),),
    )


class Office:
    """Certifies papers, each the only one of its visit."""

    def __init__(self, cases: SqlCases, desk: SampleDesk) -> None:
        self._cases = cases
        self.desk = desk

    def scanned(self, seed: int, *, same: bool = False) -> StoredScan:
        case = self.desk.open_case()
        original = self._cases.add_original(
            make_original(case.id), by_officer("original.add")
        )
        scan = scan_of(original, seed, same=same)
        self._cases.attach_scan(scan, by_officer("scan.attach"))
        return scan

    def released(
        self, register: SqlRegister, seed: int, *, same: bool = False
    ) -> StoredScan:
        scan = self.scanned(seed, same=same)
        original = self._cases.original(scan.original_id)
        view = self._cases.record_comparison(
            original_id=original.id,
            attestation_id=new_id(),
            verification_code=new_id()[:16].upper(),
            comparison=make_comparison(scan),
            act=by_officer("comparison.record"),
        )
        case = self._cases.case(original.case_id)
        done = Compared(case, original, scan, view.id, view.verification_code)
        statement = self.desk.approve(done)
        issue(register, statement.attestation_id, MORNING)
        return scan


@pytest.fixture
def office(cases: SqlCases, desk: SampleDesk) -> Office:
    return Office(cases, desk)


def test_nothing_is_known_before_the_release(
    office: Office, register: SqlRegister
) -> None:
    office.scanned(1, same=True)
    assert register.known(office.scanned(1, same=True), AUTHORITY_ID) == Known()


def test_the_same_pages_and_the_same_paper_are_told_apart(
    office: Office, register: SqlRegister
) -> None:
    first = office.released(register, 1, same=True)
    (same,) = register.known(office.scanned(1, same=True), AUTHORITY_ID).own
    assert (same.likeness, same.original_id) == (Likeness.SAME, first.original_id)
    assert same.shown_number.startswith("01")
    assert same.attested_at == MORNING
    (near,) = register.known(office.scanned(1), AUTHORITY_ID).own
    assert (near.likeness, near.original_id) == (Likeness.NEAR, first.original_id)
    assert register.known(office.scanned(2), AUTHORITY_ID) == Known()


def test_a_paper_is_not_known_by_itself(office: Office, register: SqlRegister) -> None:
    own = office.released(register, 1)
    assert register.known(own, AUTHORITY_ID) == Known()


def test_of_another_authority_only_that_there_is_one(
    office: Office, register: SqlRegister, people: SqlPeople
) -> None:
    people.add_authority(
        make_authority(id=ELSEWHERE, unit_code="H35.12.4", seal_key_id="seal-2"),
        replace(SYSTEM),
    )
    office.released(register, 1, same=True)
    again = office.scanned(1, same=True)
    assert register.known(again, ELSEWHERE) == Known((), Likeness.SAME)
    assert register.known(office.scanned(1), ELSEWHERE) == Known((), Likeness.NEAR)


def test_other_sizes_and_counts_are_no_candidates(
    office: Office, register: SqlRegister
) -> None:
    office.released(register, 1)
    scan = office.scanned(1)
    wider = replace(scan, fingerprints=(page_print(1, spread=(800, 560)),))
    longer = replace(scan, pages=(*scan.pages, *scan.pages))
    unprinted = replace(scan, fingerprints=())
    for other in (wider, longer, unprinted):
        assert register.known(other, AUTHORITY_ID) == Known()


def test_only_the_newest_are_shown(office: Office, register: SqlRegister) -> None:
    for _ in range(MOST_SHOWN + 1):
        office.released(register, 1)
    assert len(register.known(office.scanned(1), AUTHORITY_ID).own) == MOST_SHOWN


def test_fingerprints_are_read_back_and_stay_out_of_the_trail(
    office: Office, cases: SqlCases, register: SqlRegister, trail: SqlAuditTrail
) -> None:
    scan = office.released(register, 1)
    stored = cases.original(scan.original_id).scan
    assert stored == scan
    assert stored.fingerprints == (page_print(1),)
    assert trail.check(AUTHORITY_ID).sequence > 0


@pytest.mark.parametrize("pages", [None, 4])
def test_declared_pages_are_read_back(
    cases: SqlCases, desk: SampleDesk, pages: int | None
) -> None:
    added = cases.add_original(
        make_original(desk.open_case().id, declared_pages=pages),
        Act("officer:x", "original.add"),
    )
    assert cases.original(added.id).declared_pages == pages
