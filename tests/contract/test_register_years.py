"""Numbers become void by decision only; a year's book closes once and for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from certify.attestation import Act, IssuanceStep
from certify.close_year import CloseYear
from certify.errors import (
    InvalidInput,
    LeaseHeld,
    LeaseLost,
    MandateInvalid,
    WrongState,
)
from certify.heartbeat import DEFAULT_LEASE
from certify.numbering import DEFAULT_BOOK_KIND
from certify.retry import Waiting
from certify.void import VoidNumber
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SIGNATORY_ID,
    make_intent,
    make_mandate,
    make_scan,
    make_signatory,
    make_stored,
)
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk, by_officer
from tests.support.issuing import book_of, intended, issue

DECISION = "QĐ 12/QĐ-UBND: hỏng bản chụp"
NEW_YEAR_EVE = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23:59 in Việt Nam
NEW_YEAR = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # 00:30 in Việt Nam


@pytest.fixture
def void(
    people: SqlPeople, cases: SqlCases, register: SqlRegister, clock: FakeClock
) -> VoidNumber:
    return VoidNumber(people=people, cases=cases, register=register, clock=clock)


@pytest.fixture
def close_year(people: SqlPeople, register: SqlRegister, clock: FakeClock) -> CloseYear:
    return CloseYear(people=people, register=register, clock=clock)


def reserved(register: SqlRegister, desk: SampleDesk, now: datetime) -> str:
    lease = register.take(desk.approved().attestation_id, "w1", now).lease
    register.reserve(lease, now)
    register.give_back(lease, None)
    return lease.attestation_id


def test_a_void_row_stays_and_the_paper_is_confirmed_anew(
    void: VoidNumber,
    register: SqlRegister,
    cases: SqlCases,
    desk: SampleDesk,
    clock: FakeClock,
    trail: SqlAuditTrail,
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    task = register.take(compared.attestation_id, "w1", clock.now())
    intended(register, task, clock.now())
    register.give_back(task.lease, Waiting("chờ", clock.now()))
    number = void(SIGNATORY_ID, compared.attestation_id, DECISION)
    (row,) = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)
    assert (row.number, row.state, row.note) == (number, "void", DECISION)
    view = cases.attestation(compared.attestation_id)
    assert (view.step, view.number) == (IssuanceStep.COMPARED, None)
    assert register.unfinished(clock.now()) == []  # nobody gives it a number unasked
    with pytest.raises(WrongState):
        void(SIGNATORY_ID, compared.attestation_id, DECISION)
    desk.approve(compared)
    issue(register, compared.attestation_id, clock.now())
    assert book_of(register) == [(1, "void"), (2, "complete")]
    trail.check(AUTHORITY_ID)


def test_only_a_mandated_person_with_a_decision_voids(
    void: VoidNumber,
    people: SqlPeople,
    register: SqlRegister,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    attestation_id = reserved(register, desk, clock.now())
    with pytest.raises(InvalidInput):
        void(SIGNATORY_ID, attestation_id, "  ")
    former = make_signatory(
        id="former", mandate=make_mandate(valid_to=clock.now().date() - timedelta(1))
    )
    people.add_signatory(former, Act("system", "signatory.add"))
    with pytest.raises(MandateInvalid):
        void("former", attestation_id, DECISION)
    with pytest.raises(WrongState, match="quyết định"):
        register.void(attestation_id, Act("system", "number.void"), clock.now())
    assert book_of(register) == [(1, "reserved")]


def test_a_number_in_work_or_released_is_not_voided(
    void: VoidNumber, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    attestation_id = desk.approved().attestation_id
    lease = register.take(attestation_id, "w1", clock.now()).lease
    register.reserve(lease, clock.now())
    with pytest.raises(LeaseHeld):
        void(SIGNATORY_ID, attestation_id, DECISION)
    clock.set(lease.expires_at)
    void(SIGNATORY_ID, attestation_id, DECISION)
    with pytest.raises(LeaseLost):  # the worker wakes up
        register.reserve(lease, clock.now())
    released = desk.approved().attestation_id
    issue(register, released, clock.now())
    with pytest.raises(WrongState):
        void(SIGNATORY_ID, released, DECISION)
    assert book_of(register) == [(1, "void"), (2, "complete")]


def test_a_paper_with_a_void_number_cannot_lose_its_record(
    void: VoidNumber,
    register: SqlRegister,
    cases: SqlCases,
    desk: SampleDesk,
    clock: FakeClock,
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    lease = register.take(compared.attestation_id, "w1", clock.now()).lease
    register.reserve(lease, clock.now())
    register.give_back(lease, None)
    void(SIGNATORY_ID, compared.attestation_id, DECISION)
    with pytest.raises(WrongState, match="số đã hủy"):
        cases.attach_scan(make_scan(compared.original.id), by_officer("scan.attach"))


def test_closing_a_year_voids_what_is_left_and_the_new_year_numbers_it(
    close_year: CloseYear, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    clock.set(NEW_YEAR_EVE)
    issue(register, desk.approved().attestation_id, clock.now())
    left = reserved(register, desk, clock.now())
    with pytest.raises(WrongState, match="chưa hết"):
        close_year(SIGNATORY_ID, 2026, DECISION)
    clock.set(NEW_YEAR)
    lease = register.take(left, "w2", clock.now()).lease
    with pytest.raises(WrongState, match="chưa khóa"):  # not on a paper of 2027
        register.reserve(lease, clock.now())
    with pytest.raises(LeaseHeld):
        close_year(SIGNATORY_ID, 2026, DECISION)
    register.give_back(lease, None)
    assert close_year(SIGNATORY_ID, 2026, DECISION) == [left]
    assert book_of(register) == [(1, "complete"), (2, "void")]
    assert register.unfinished(clock.now()) == [left]
    lease = register.take(left, "w3", clock.now()).lease
    number = register.reserve(lease, clock.now()).number
    assert (number.year, number.number) == (2027, 1)
    with pytest.raises(WrongState, match="đã khóa"):
        close_year(SIGNATORY_ID, 2026, DECISION)


def test_a_closed_book_gives_no_number(
    close_year: CloseYear, register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    clock.set(NEW_YEAR)
    assert close_year(SIGNATORY_ID, 2026, DECISION) == []  # nobody opens it later
    clock.set(NEW_YEAR_EVE)  # a clock that steps back
    lease = register.take(desk.approved().attestation_id, "w1", clock.now()).lease
    with pytest.raises(WrongState, match="đã khóa"):
        register.reserve(lease, clock.now())
    assert book_of(register) == []


def test_a_number_is_never_printed_with_a_date_of_the_next_year(
    register: SqlRegister, desk: SampleDesk
) -> None:
    task = register.take(desk.approved().attestation_id, "w1", NEW_YEAR_EVE)
    number = register.reserve(task.lease, NEW_YEAR_EVE).number
    intent = make_intent(task.statement, number, attested_at=NEW_YEAR)
    with pytest.raises(WrongState):
        register.intend(task.lease, intent, NEW_YEAR_EVE)


def test_renewing_moves_the_expiry_and_only_of_a_lease_that_holds(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    clock.advance(seconds=100)
    register.renew(task.lease, clock.now())
    expires_at = clock.now() + DEFAULT_LEASE
    clock.set(task.lease.expires_at)
    intent = intended(register, task, clock.now())  # the same lease, still held
    clock.set(expires_at)
    with pytest.raises(LeaseLost):
        register.renew(task.lease, clock.now())
    successor = register.take(task.lease.attestation_id, "w2", clock.now()).lease
    with pytest.raises(LeaseLost):
        register.renew(task.lease, clock.now())
    register.complete(
        successor, intent, make_stored(successor.attestation_id), clock.now()
    )
