"""Refusals and reports of violation in every store (domain §9 rules 3 to 5)."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.legal_tables import read_legal_tables
from certify.attestation import IssuanceStep
from certify.case import CaseStatus
from certify.desk_papers import DeskPapers, SuspicionTyped
from certify.desk_record import DeskRecord, RecordKind, Refusal, Suspicion
from certify.errors import (
    InvalidInput,
    LeaseHeld,
    NotFound,
    StoredDataDamaged,
    WrongState,
)
from certify.identifiers import new_id, new_verification_code
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    OFFICER_ID,
    make_authority,
    make_comparison,
    make_officer,
    make_original,
    make_scan,
)
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk, by_officer
from tests.support.issuing import issue
from tests.support.tampering import tamper

SEEN = SuspicionTyped(
    code="forged",
    seen="Dấu in bằng máy in màu, số quyết định không có trong sổ.",
    measures=["file_kept", "handed_over"],
    receiver="Công an xã Mường Tè",
)


@pytest.fixture
def records(database: Database, clock: FakeClock) -> SqlDeskRecords:
    return SqlDeskRecords(database=database, clock=clock)


@pytest.fixture
def papers(
    people: SqlPeople, cases: SqlCases, records: SqlDeskRecords, clock: FakeClock
) -> DeskPapers:
    return DeskPapers(
        people=people,
        cases=cases,
        records=records,
        tables=read_legal_tables(),
        clock=clock,
    )


def refuse(papers: DeskPapers, original_id: str, **changes: Any) -> DeskRecord:
    typed = {"reason": "altered", "detail": "Năm sinh bị cạo sửa", **changes}
    return papers.refuse(OFFICER_ID, original_id, **typed)


def test_a_refusal_is_read_back_word_for_word(
    papers: DeskPapers, records: SqlDeskRecords, desk: SampleDesk
) -> None:
    original, scan = desk.scanned(desk.open_case())
    made = refuse(papers, original.id)
    assert records.record(made.id) == made
    assert records.records(original.case_id) == [made]
    assert (made.kind, made.number, made.scan_id) == (RecordKind.REFUSAL, 1, scan.id)
    assert made.shown_number == "01/2026/PTC"
    assert isinstance(made.content, Refusal)
    assert made.content.citation.endswith("Điều 22 khoản 1")
    assert made.content.detail == "Năm sinh bị cạo sửa"
    assert any("Khiếu nại" in remedy for remedy in made.content.remedies)
    assert made.heading.officer == "Lò Thị Lan"
    assert made.heading.form_symbol == "Mẫu số 03"


def test_a_report_is_read_back_word_for_word(
    papers: DeskPapers, records: SqlDeskRecords, desk: SampleDesk
) -> None:
    original, _ = desk.scanned(desk.open_case())
    made = papers.report_suspicion(OFFICER_ID, original.id, SEEN)
    assert records.record(made.id) == made
    assert isinstance(made.content, Suspicion)
    assert made.content.seen == SEEN.seen
    assert len(made.content.measures) == 2
    assert made.content.receiver == "Công an xã Mường Tè"
    assert made.shown_number == "01/2026/BB"


def test_numbers_run_per_kind_and_vietnamese_year(
    papers: DeskPapers, desk: SampleDesk, clock: FakeClock
) -> None:
    def one() -> DeskRecord:
        return refuse(papers, desk.scanned(desk.open_case())[0].id)

    assert [one().number, one().number] == [1, 2]
    reported = desk.scanned(desk.open_case())[0].id
    assert papers.report_suspicion(OFFICER_ID, reported, SEEN).number == 1
    clock.advance(days=60)
    assert one().number == 1


@pytest.mark.parametrize("step", ["new", "scanned", "compared", "approved"])
def test_a_refused_original_is_never_issued(
    papers: DeskPapers,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
    step: str,
) -> None:
    case = desk.open_case()
    if step == "new":
        original = cases.add_original(
            make_original(case.id), by_officer("original.add")
        )
        refuse(papers, original.id)
        scan = make_scan(original.id)
    elif step == "scanned":
        original, scan = desk.scanned(case)
        refuse(papers, original.id)
    else:
        compared = desk.compared(case)
        original, scan = compared.original, compared.scan
        if step == "approved":
            desk.approve(compared)
        refuse(papers, original.id)
        with pytest.raises(WrongState, match="01/2026/PTC"):
            desk.approve(compared)
        with pytest.raises(WrongState):
            register.take(compared.attestation_id, "w", clock.now())
        assert register.unfinished(clock.now()) == []
    with pytest.raises(WrongState, match="01/2026/PTC"):
        cases.attach_scan(make_scan(original.id), by_officer("scan.attach"))
    with pytest.raises(WrongState, match="01/2026/PTC"):
        cases.record_comparison(
            original_id=original.id,
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            comparison=make_comparison(scan),
            act=by_officer("comparison.record"),
        )
    with pytest.raises(WrongState, match="01/2026/PTC"):
        refuse(papers, original.id)


def test_the_error_names_the_refusal_while_other_papers_go_on(
    papers: DeskPapers, cases: SqlCases, desk: SampleDesk
) -> None:
    case = desk.open_case()
    bad, _ = desk.scanned(case)
    good, _ = desk.scanned(case)
    refuse(papers, bad.id)
    assert cases.case(case.id).status is CaseStatus.IN_PROGRESS
    with pytest.raises(WrongState, match=r"đã bị từ chối .* số 01/2026/PTC"):
        cases.attach_scan(make_scan(bad.id), by_officer("scan.attach"))
    cases.attach_scan(make_scan(good.id), by_officer("scan.attach"))


def test_a_case_whose_only_paper_is_refused_is_not_received(
    papers: DeskPapers, cases: SqlCases, desk: SampleDesk
) -> None:
    original, _ = desk.scanned(desk.open_case())
    refuse(papers, original.id)
    assert cases.case(original.case_id).status is CaseStatus.NOT_RECEIVED


@pytest.mark.parametrize("refused_first", [True, False])
def test_a_case_with_one_copy_and_one_refusal_is_done(
    papers: DeskPapers,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
    refused_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    case = desk.open_case()
    bad, _ = desk.scanned(case)
    if refused_first:
        refuse(papers, bad.id)
    issue(register, desk.approved(case).attestation_id, clock.now())
    if not refused_first:
        refuse(papers, bad.id)
    assert cases.case(case.id).status is CaseStatus.DONE


def test_a_withdrawn_refusal_lets_the_paper_on_once_confirmed_again(
    papers: DeskPapers,
    cases: SqlCases,
    records: SqlDeskRecords,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    made = refuse(papers, compared.original.id)
    back = papers.withdraw_refusal(OFFICER_ID, made.id, "Nhìn nhầm vết gấp")
    assert back.withdrawal is not None
    assert back.withdrawal.reason == "Nhìn nhầm vết gấp"
    assert records.record(made.id) == back
    assert not back.in_force
    assert cases.case(made.case_id).status is CaseStatus.IN_PROGRESS
    view = cases.attestation(compared.attestation_id)
    assert (view.step, view.statement) == (IssuanceStep.COMPARED, None)
    desk.approve(compared)
    register.take(compared.attestation_id, "w", clock.now())
    with pytest.raises(WrongState, match="đã được thu hồi"):
        papers.withdraw_refusal(OFFICER_ID, made.id, "lần nữa")
    with pytest.raises(InvalidInput, match="Lý do thu hồi"):
        papers.withdraw_refusal(OFFICER_ID, made.id, " ")


def test_a_report_stops_the_whole_visit_and_is_never_withdrawn(
    papers: DeskPapers,
    cases: SqlCases,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    case = desk.open_case()
    other = desk.compared(case)
    desk.approve(other)
    suspicious, _ = desk.scanned(case)
    made = papers.report_suspicion(OFFICER_ID, suspicious.id, SEEN)
    assert cases.case(case.id).status is CaseStatus.STOPPED
    with pytest.raises(WrongState, match="chưa được xác nhận"):
        register.take(other.attestation_id, "w", clock.now())
    with pytest.raises(WrongState, match="biên bản số 01/2026/BB"):
        desk.approve(other)
    for act in (
        lambda: refuse(papers, suspicious.id),
        lambda: papers.report_suspicion(OFFICER_ID, suspicious.id, SEEN),
        lambda: papers.withdraw_refusal(OFFICER_ID, made.id, "nhầm"),
        lambda: desk.scanned(case),
    ):
        with pytest.raises(WrongState):
            act()


def test_a_refused_paper_may_still_be_reported(
    papers: DeskPapers, cases: SqlCases, desk: SampleDesk
) -> None:
    original, _ = desk.scanned(desk.open_case())
    refuse(papers, original.id)
    papers.report_suspicion(OFFICER_ID, original.id, SEEN)
    assert cases.case(original.case_id).status is CaseStatus.STOPPED


def test_a_worker_at_the_key_is_waited_for_and_a_number_is_voided_first(
    papers: DeskPapers, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    task = register.take(compared.attestation_id, "w", clock.now())
    register.reserve(task.lease, clock.now())
    with pytest.raises(LeaseHeld):
        refuse(papers, compared.original.id)
    with pytest.raises(LeaseHeld):
        papers.report_suspicion(OFFICER_ID, compared.original.id, SEEN)
    register.give_back(task.lease, None)
    with pytest.raises(WrongState, match="hủy số trước"):
        refuse(papers, compared.original.id)
    papers.report_suspicion(OFFICER_ID, compared.original.id, SEEN)
    with pytest.raises(WrongState, match="biên bản"):
        register.take(compared.attestation_id, "w", clock.now())
    assert register.unfinished(clock.now()) == []


def test_a_released_copy_is_annulled_not_refused(
    papers: DeskPapers, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    issue(register, compared.attestation_id, clock.now())
    with pytest.raises(WrongState, match="hủy bỏ"):
        refuse(papers, compared.original.id)
    with pytest.raises(WrongState, match="hủy bỏ"):
        papers.report_suspicion(OFFICER_ID, compared.original.id, SEEN)


def test_scans_of_a_reported_paper_are_held(
    papers: DeskPapers, records: SqlDeskRecords, database: Database, desk: SampleDesk
) -> None:
    case = desk.open_case()
    refused, _ = desk.scanned(case)
    suspicious, held = desk.scanned(case)
    refuse(papers, refused.id)
    papers.report_suspicion(OFFICER_ID, suspicious.id, SEEN)
    assert records.held_scans(AUTHORITY_ID) == {held.id}
    assert records.held_scans("nowhere") == frozenset()
    delete = text("DELETE FROM scans WHERE id = :id")
    with pytest.raises(IntegrityError, match="kept"), database.writing() as connection:
        connection.execute(delete, {"id": held.id})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk_records SET content = '{}'",
        "DELETE FROM desk_records",
        "UPDATE withdrawals SET reason = 'x'",
        "DELETE FROM withdrawals",
    ],
)
def test_a_record_never_changes(
    papers: DeskPapers, database: Database, desk: SampleDesk, statement: str
) -> None:
    made = refuse(papers, desk.scanned(desk.open_case())[0].id)
    papers.withdraw_refusal(OFFICER_ID, made.id, "Nhầm giấy")
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text(statement))


def test_the_trail_finds_a_changed_or_lost_record(
    papers: DeskPapers, trail: SqlAuditTrail, database: Database, desk: SampleDesk
) -> None:
    refuse(papers, desk.scanned(desk.open_case())[0].id)
    trail.check(AUTHORITY_ID)
    tamper(database, "UPDATE desk_records SET number = 7")
    with pytest.raises(StoredDataDamaged, match="phiếu hoặc biên bản"):
        trail.check(AUTHORITY_ID)
    tamper(database, "DELETE FROM desk_records")
    with pytest.raises(StoredDataDamaged, match="đã mất"):
        trail.check(AUTHORITY_ID)


def test_the_trail_tells_no_names(
    papers: DeskPapers, database: Database, desk: SampleDesk
) -> None:
    papers.report_suspicion(OFFICER_ID, desk.scanned(desk.open_case())[0].id, SEEN)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT details FROM trail")).scalars().all()
    assert not any("Hạnh" in row or "máy in màu" in row for row in rows)


def test_wrong_answers_are_named(papers: DeskPapers, desk: SampleDesk) -> None:
    original, _ = desk.scanned(desk.open_case())
    for changes, words in (
        ({"reason": ""}, "Lý do từ chối: hãy chọn"),
        ({"reason": "far_away"}, "không còn hiệu lực"),
        ({"reason": "other", "detail": " "}, "Giải thích cụ thể: không được để trống"),
        ({"detail": "x" * 1001}, "dài quá 1000"),
    ):
        with pytest.raises(InvalidInput, match=words):
            refuse(papers, original.id, **changes)
    for typed, words in (
        (SuspicionTyped("", "x", ["file_kept"]), "Dấu hiệu vi phạm"),
        (SuspicionTyped("forged", " ", ["file_kept"]), "Nội dung phát hiện"),
        (SuspicionTyped("forged", "x", []), "ít nhất một việc"),
        (SuspicionTyped("forged", "x", ["handed_over"]), "Cơ quan tiếp nhận"),
    ):
        with pytest.raises(InvalidInput, match=words):
            papers.report_suspicion(OFFICER_ID, original.id, typed)


def test_strangers_find_nothing(
    papers: DeskPapers, records: SqlDeskRecords, people: SqlPeople, desk: SampleDesk
) -> None:
    original, _ = desk.scanned(desk.open_case())
    made = refuse(papers, original.id)
    people.add_authority(
        make_authority(id="khac", unit_code="H35.12.4"), by_officer("authority.add")
    )
    people.add_officer(
        make_officer(id="nguoi-khac", authority_id="khac"), by_officer("officer.add")
    )
    with pytest.raises(NotFound):
        papers.refuse("nguoi-khac", original.id, reason="altered", detail="")
    with pytest.raises(NotFound):
        papers.withdraw_refusal("nguoi-khac", made.id, "x")
    with pytest.raises(NotFound):
        records.record("nothing")
