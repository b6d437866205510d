from datetime import UTC, datetime, timedelta

import pytest

from certify.attestation import IssuanceStep
from certify.case import Case, CaseStatus
from certify.errors import LeaseHeld, NotFound, WrongState
from certify.identifiers import new_id, new_verification_code
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    make_case,
    make_comparison,
    make_finding,
    make_intent,
    make_original,
    make_page,
    make_scan,
    make_stored,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk, by_officer, by_signatory
from tests.support.issuing import intended


def open_at(cases: SqlCases, moment: datetime) -> Case:
    return cases.open_case(make_case(opened_at=moment), by_officer("case.open"))


@pytest.mark.usefixtures("confirmation")
def test_codes_count_on_per_vietnamese_day(cases: SqlCases) -> None:
    before_midnight = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    assert open_at(cases, MORNING).code == "H35.12.3-261123-0001"
    assert open_at(cases, before_midnight).code == "H35.12.3-261123-0002"
    next_day = before_midnight + timedelta(minutes=1)
    assert open_at(cases, next_day).code == "H35.12.3-261124-0001"


@pytest.mark.usefixtures("confirmation")
def test_a_case_that_fails_to_open_takes_no_code(cases: SqlCases) -> None:
    with pytest.raises(ValueError, match="not a valid Action"):
        cases.open_case(make_case(), by_officer("case.invented"))
    with pytest.raises(NotFound):
        cases.open_case(make_case(authority_id="nowhere"), by_officer("case.open"))
    assert open_at(cases, MORNING).code == "H35.12.3-261123-0001"
    assert cases.count_cases(AUTHORITY_ID) == 1


@pytest.mark.usefixtures("confirmation")
def test_cases_are_listed_newest_first_in_pages(cases: SqlCases) -> None:
    opened = [open_at(cases, MORNING + timedelta(minutes=m)) for m in range(5)]
    newest_first = opened[::-1]
    assert cases.cases(AUTHORITY_ID, limit=2, offset=0) == newest_first[:2]
    assert cases.cases(AUTHORITY_ID, limit=10, offset=2) == newest_first[2:]
    assert cases.cases("nowhere", limit=10, offset=0) == []
    assert cases.case(opened[0].id) == opened[0]


def test_originals_get_positions_and_their_newest_scan(
    cases: SqlCases, desk: SampleDesk
) -> None:
    case = desk.open_case()
    first, _ = desk.scanned(case)
    second, scan = desk.scanned(case)
    rescan = make_scan(
        first.id,
        pages=(make_page(width_px=100), make_page()),
        findings=(make_finding(),),
    )
    cases.attach_scan(rescan, by_officer("scan.attach"))
    listed = cases.originals(case.id)
    assert [original.id for original in listed] == [first.id, second.id]
    assert [original.position for original in listed] == [1, 2]
    assert [original.scan for original in listed] == [rescan, scan]
    assert cases.original(first.id) == listed[0]


def test_the_first_scan_puts_the_case_in_progress(
    cases: SqlCases, desk: SampleDesk
) -> None:
    case = desk.open_case()
    assert cases.case(case.id).status is CaseStatus.RECEIVED
    desk.scanned(case)
    assert cases.case(case.id).status is CaseStatus.IN_PROGRESS


def test_a_comparison_creates_the_attestation_and_is_read_back(
    cases: SqlCases, desk: SampleDesk
) -> None:
    original, scan = desk.scanned(desk.open_case())
    record = make_comparison(scan, accepted_warnings={"resolution.low": "Giấy cũ"})
    code = new_verification_code()
    view = cases.record_comparison(
        original_id=original.id,
        attestation_id="a1",
        verification_code=code,
        comparison=record,
        act=by_officer("comparison.record"),
    )
    assert (view.id, view.verification_code) == ("a1", code)
    assert view.step is IssuanceStep.COMPARED
    assert view.case_id == original.case_id
    assert view.accepted_warnings == {"resolution.low": "Giấy cũ"}
    assert (view.statement, view.number, view.waiting) == (None, None, None)
    assert cases.comparison("a1") == record
    assert cases.original(original.id).attestation_id == "a1"


def test_comparing_again_keeps_id_and_code(cases: SqlCases, desk: SampleDesk) -> None:
    compared = desk.compared()
    record = make_comparison(compared.scan, place="Nhà văn hóa bản")
    view = cases.record_comparison(
        original_id=compared.original.id,
        attestation_id=new_id(),
        verification_code=new_verification_code(),
        comparison=record,
        act=by_officer("comparison.record"),
    )
    assert view.id == compared.attestation_id
    assert view.verification_code == compared.verification_code
    assert cases.comparison(view.id) == record


def test_a_new_scan_drops_the_comparison_of_the_older(
    cases: SqlCases, desk: SampleDesk
) -> None:
    compared = desk.compared()
    cases.attach_scan(make_scan(compared.original.id), by_officer("scan.attach"))
    assert cases.original(compared.original.id).attestation_id is None
    with pytest.raises(NotFound):
        cases.comparison(compared.attestation_id)
    with pytest.raises(NotFound):
        cases.attestation(compared.attestation_id)


def test_a_comparison_of_another_scan_is_refused(
    cases: SqlCases, desk: SampleDesk
) -> None:
    original, scan = desk.scanned(desk.open_case())
    other = make_scan(original.id, pages=(make_page(), make_page()))
    cases.attach_scan(other, by_officer("scan.attach"))
    with pytest.raises(WrongState, match="đối chiếu lại"):
        cases.record_comparison(
            original_id=original.id,
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            comparison=make_comparison(scan),
            act=by_officer("comparison.record"),
        )


def test_a_comparison_needs_a_scan(cases: SqlCases, desk: SampleDesk) -> None:
    original = cases.add_original(
        make_original(desk.open_case().id), by_officer("original.add")
    )
    with pytest.raises(WrongState, match="chưa có bản chụp"):
        cases.record_comparison(
            original_id=original.id,
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            comparison=make_comparison(make_scan(original.id)),
            act=by_officer("comparison.record"),
        )


def test_nothing_changes_once_approved(cases: SqlCases, desk: SampleDesk) -> None:
    compared = desk.compared()
    statement = desk.approve(compared)
    with pytest.raises(WrongState):
        cases.attach_scan(make_scan(compared.original.id), by_officer("scan.attach"))
    with pytest.raises(WrongState):
        cases.record_comparison(
            original_id=compared.original.id,
            attestation_id=new_id(),
            verification_code=new_verification_code(),
            comparison=make_comparison(compared.scan),
            act=by_officer("comparison.record"),
        )
    view = cases.attestation(compared.attestation_id)
    assert view.step is IssuanceStep.APPROVED
    assert view.statement == statement
    assert cases.original(compared.original.id).scan == compared.scan


def test_a_statement_about_something_else_is_refused(
    cases: SqlCases, desk: SampleDesk, confirmation: SoftwareConfirmation
) -> None:
    compared = desk.compared()
    for changes in (
        {"attestation_id": new_id()},
        {"verification_code": new_verification_code()},
        {"authority_id": "nowhere"},
        {"page_digest": "0" * 64},
    ):
        base = compared.statement()
        fields = {**base.__dict__, **changes}
        statement = type(base)(**fields)
        with pytest.raises(WrongState):
            cases.approve(
                attestation_id=compared.attestation_id,
                statement=statement,
                assertion=confirmation.assertion(statement.digest),
                act=by_signatory("statement.approve"),
            )
    assert cases.attestation(compared.attestation_id).step is IssuanceStep.COMPARED


def test_approving_again_keeps_the_number_until_the_release(
    cases: SqlCases, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    desk.approve(compared)
    task = register.take(compared.attestation_id, "w1", clock.now())
    number = register.reserve(task.lease, clock.now()).number
    with pytest.raises(LeaseHeld):
        desk.approve(compared)
    clock.set(task.lease.expires_at)
    desk.approve(compared)
    assert cases.attestation(compared.attestation_id).step is IssuanceStep.RESERVED
    assert cases.attestation(compared.attestation_id).number == number
    again = register.take(compared.attestation_id, "w2", clock.now())
    assert register.reserve(again.lease, clock.now()).number == number
    intent = make_intent(again.statement, number, attested_at=clock.now())
    register.intend(again.lease, intent, clock.now())
    stored = make_stored(compared.attestation_id)
    register.complete(again.lease, intent, stored, clock.now())
    with pytest.raises(WrongState, match="đã phát hành"):
        desk.approve(compared)


def test_an_intent_of_an_older_statement_is_told_apart_and_never_completed(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    task = register.take(compared.attestation_id, "w1", clock.now())
    old = intended(register, task, clock.now())
    register.give_back(task.lease, None)
    desk.approve(compared, expires_at=clock.advance(hours=9).isoformat())
    again = register.take(compared.attestation_id, "w2", clock.now())
    assert again.intent == old
    assert old.statement_digest != again.statement.digest
    with pytest.raises(WrongState):
        register.complete(
            again.lease, old, make_stored(compared.attestation_id), clock.now()
        )
    new = make_intent(again.statement, old.number, attempt=2)
    register.intend(again.lease, new, clock.now())
    register.complete(
        again.lease, new, make_stored(compared.attestation_id), clock.now()
    )


def test_every_verb_is_on_the_trail(desk: SampleDesk, trail: SqlAuditTrail) -> None:
    before = trail.head(AUTHORITY_ID).sequence
    desk.approved()  # open, add, attach, compare, approve
    assert trail.head(AUTHORITY_ID).sequence == before + 5
    assert trail.check(AUTHORITY_ID) == trail.head(AUTHORITY_ID)


def test_a_refused_verb_leaves_no_record(
    cases: SqlCases, desk: SampleDesk, trail: SqlAuditTrail
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    before = trail.head(AUTHORITY_ID)
    with pytest.raises(WrongState):
        cases.attach_scan(make_scan(compared.original.id), by_officer("scan.attach"))
    assert trail.head(AUTHORITY_ID) == before


def test_unknown_ids_are_not_found(cases: SqlCases) -> None:
    for read in (cases.case, cases.original, cases.comparison, cases.attestation):
        with pytest.raises(NotFound):
            read("nothing")
