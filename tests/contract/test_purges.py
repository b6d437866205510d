"""Working scans go when their time is over, and no earlier; each purge is on record."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from api.legal_tables import read_legal_tables
from certify.case import StoredScan
from certify.clock import SystemClock
from certify.desk_papers import DeskPapers, SuspicionTyped
from certify.errors import ScanPurged, ServiceUnavailable
from certify.fingerprint import CELLS, PageFingerprint, pack
from certify.identifiers import new_id, new_verification_code
from certify.previews import files_of
from certify.purge import PurgeScans
from certify.retention import RetentionRule
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.people import SqlPeople
from storage.purges import SqlScanPurges
from storage.register import SqlRegister
from storage.scans import FolderScanStore
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    make_comparison,
    make_page,
    make_scan,
)
from tests.support.clock import FakeClock
from tests.support.desk import Compared, SampleDesk, by_officer
from tests.support.issuing import issue

REPORT = SuspicionTyped("forged", "Dấu in màu.", measures=["file_kept"])
PRINT = np.kron(
    np.random.default_rng(5).random((CELLS // 4, CELLS // 4)) < 0.2,
    np.ones((4, 4), np.bool_),
)
"""Words of print somewhere on a page."""


class Store(FolderScanStore):
    """A real folder; `away` as when its disk is."""

    away = False
    incoming = Path()

    def remove(self, key: str) -> None:
        if self.away:
            raise ServiceUnavailable(service="Kho bản chụp")
        super().remove(key)

    def keep(self, *keys: str) -> None:
        """Store something under each key."""
        for key in keys:
            self.incoming.write_bytes(b"%PDF or PNG")
            self.put(key, self.incoming)

    def kept(self, scan: StoredScan) -> int:
        """How many files there are of a scan."""
        return sum(self.exists(key) for key in files_of(scan))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "scans", key=bytes(32))
    store.incoming = tmp_path / "incoming"
    return store


@pytest.fixture
def purges(database: Database, clock: FakeClock) -> SqlScanPurges:
    return SqlScanPurges(database=database, clock=clock)


@pytest.fixture
def purge(purges: SqlScanPurges, store: Store, clock: FakeClock) -> PurgeScans:
    rule = RetentionRule()
    return PurgeScans(purges=purges, scans=store, clock=clock, rule=rule, batch=2)


@pytest.fixture
def papers(
    database: Database, people: SqlPeople, cases: SqlCases, clock: FakeClock
) -> DeskPapers:
    return DeskPapers(
        people=people,
        cases=cases,
        records=SqlDeskRecords(database=database, clock=clock),
        tables=read_legal_tables(),
        clock=clock,
    )


def test_a_released_paper_goes_after_thirty_days_and_is_said_to_be_gone(
    purge: PurgeScans,
    store: Store,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    store.keep(*files_of(compared.scan))
    issue(register, compared.attestation_id, clock.now())
    clock.advance(days=30, seconds=-1)
    assert purge().papers == ()
    assert store.kept(compared.scan) == 4
    clock.advance(seconds=1)
    assert [state.original_id for state in purge.due(9)] == [compared.original.id]
    done = purge()
    assert (done.papers, done.scans) == ((compared.original.id,), 1)
    assert store.kept(compared.scan) == 0
    scan = cases.original(compared.original.id).scan
    assert scan == replace(compared.scan, purged_at=clock.now(), fingerprints=())
    with pytest.raises(ScanPurged, match="đã được xóa ngày 23/12/2026"):
        scan.check_kept()
    copy = register.released_attestation(compared.attestation_id)
    assert copy is not None
    assert copy.editions


def test_a_crash_before_the_files_went_is_finished_by_the_next_round(
    purge: PurgeScans,
    purges: SqlScanPurges,
    store: Store,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    _, scan = desk.scanned(desk.open_case())
    store.keep(*files_of(scan))
    clock.advance(days=90)
    store.away = True
    with pytest.raises(ServiceUnavailable):
        purge()
    assert store.kept(scan) == 4
    store.away = False
    assert purge().papers == ()  # recorded already
    assert store.kept(scan) == 0
    picture = min(files_of(scan) - {scan.id})
    store.keep(picture)  # of a request that began before
    assert purge().settled == 0
    store.keep(picture)
    clock.advance(minutes=10)
    assert purge().settled == 1
    assert store.kept(scan) == 0
    assert purges.unsettled(9) == []


def test_what_must_stay_stays(
    purge: PurgeScans,
    store: Store,
    papers: DeskPapers,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    reported = desk.compared()
    papers.report_suspicion(OFFICER_ID, reported.original.id, REPORT)
    beside = desk.open_case()
    released = desk.approve(desk.compared(beside))
    issue(register, released.attestation_id, clock.now())
    other, _ = desk.scanned(beside)
    papers.report_suspicion(OFFICER_ID, other.id, REPORT)
    waiting = desk.compared()
    desk.approve(waiting)
    for one in (reported, waiting):
        store.keep(*files_of(one.scan))
    clock.advance(days=4000)
    assert purge.due(9) == []
    assert purge().papers == ()
    assert store.exists(reported.scan.id)
    assert store.exists(waiting.scan.id)


def test_refused_and_abandoned_papers_go_later_in_bounded_rounds(
    purge: PurgeScans,
    papers: DeskPapers,
    cases: SqlCases,
    desk: SampleDesk,
    trail: SqlAuditTrail,
    clock: FakeClock,
) -> None:
    case = desk.open_case()
    abandoned = desk.compared(case)
    scanned = [desk.scanned(case)[0].id for _ in range(2)]
    clock.advance(days=50)
    papers.refuse(OFFICER_ID, scanned[0], reason="altered", detail="")
    clock.advance(days=40)
    head = trail.head(AUTHORITY_ID)
    first = purge()
    assert trail.check(AUTHORITY_ID).sequence == head.sequence + 2
    assert set(first.papers) == {abandoned.original.id, scanned[1]}
    with pytest.raises(ScanPurged):
        desk.approve(abandoned)
    clock.advance(days=50)
    assert purge().papers == (scanned[0],)
    cases.attach_scan(make_scan(scanned[1]), by_officer("scan.attach"))
    again = cases.original(scanned[1]).scan
    assert again is not None
    again.check_kept()


def test_a_refusal_taken_back_late_leaves_the_scan_to_work_with(
    purge: PurgeScans, papers: DeskPapers, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    refusal = papers.refuse(
        OFFICER_ID, compared.original.id, reason="altered", detail=""
    )
    clock.advance(days=89)
    papers.withdraw_refusal(OFFICER_ID, refusal.id, "Khiếu nại đúng")
    clock.advance(days=2)
    assert purge.due(9) == []
    clock.advance(days=88)
    assert [one.original_id for one in purge.due(9)] == [compared.original.id]


def test_what_was_confirmed_meanwhile_is_not_purged(
    purges: SqlScanPurges, desk: SampleDesk, trail: SqlAuditTrail, clock: FakeClock
) -> None:
    compared = desk.compared()
    clock.advance(days=90)
    listed = purges.papers(clock.now(), after="", limit=9)
    assert [state.step for state in listed] == ["compared"]
    desk.approve(compared)
    head = trail.head(AUTHORITY_ID)
    assert (
        purges.record(
            compared.original.id,
            lambda state: state.step == "compared",
            by_officer("scan.purge"),
        )
        is None
    )
    assert trail.head(AUTHORITY_ID) == head


def test_layouts_are_forgotten_and_digests_remembered(
    purge: PurgeScans,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    compared = desk.compared()
    printed = PageFingerprint((800, 500), pack(PRINT, ~PRINT))
    scan = make_scan(
        compared.original.id,
        pages=(make_page(), make_page(width_px=9)),
        fingerprints=(printed,),
    )
    cases.attach_scan(scan, by_officer("scan.attach"))
    view = cases.record_comparison(
        original_id=scan.original_id,
        attestation_id=new_id(),
        verification_code=new_verification_code(),
        comparison=make_comparison(scan),
        act=by_officer("comparison.record"),
    )
    desk.approve(
        Compared(
            compared.case, compared.original, scan, view.id, view.verification_code
        )
    )
    issue(register, view.id, clock.now())
    other = desk.scanned(desk.open_case())[0].id
    same = replace(scan, id=new_id(), original_id=other)
    near = replace(same, pages=(make_page(height_px=9), make_page()))
    clock.advance(days=365, seconds=-1)
    assert purge().layouts == 0
    assert register.known(near, AUTHORITY_ID).own
    clock.advance(seconds=1)
    assert purge().layouts == 1
    assert register.known(near, AUTHORITY_ID).own == ()
    assert register.known(same, AUTHORITY_ID).own


def test_a_file_that_no_scan_is_on_record_of_goes_too(
    purge: PurgeScans, store: Store, desk: SampleDesk, clock: FakeClock
) -> None:
    waiting = desk.compared()
    desk.approve(waiting)
    strays = [new_id() for _ in range(3)]
    store.keep(waiting.scan.id, *strays)
    clock.set(SystemClock().now() + timedelta(days=90))
    assert purge().strays == 0
    clock.advance(days=2)
    rounds = [purge(), purge()]  # of two at most
    assert [(one.strays, one.more) for one in rounds] == [(2, True), (1, False)]
    assert store.exists(waiting.scan.id)
    assert not any(map(store.exists, strays))
