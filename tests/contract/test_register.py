from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from certify.attestation import (
    IssuanceStep,
)
from certify.case import CaseStatus
from certify.errors import WrongState
from certify.heartbeat import DEFAULT_LEASE
from certify.numbering import DEFAULT_BOOK_KIND
from certify.permission import check_permission
from certify.ports import Register
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    SERVICE_KEY,
    digest_of,
    make_intent,
    make_number,
    make_stored,
)
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import book_of, intended, issue
from tests.support.processes import reserve_all
from tests.support.tampering import BROKEN, failing_inserts


def test_a_task_holds_all_that_was_approved(
    register: SqlRegister, cases: SqlCases, desk: SampleDesk, clock: FakeClock
) -> None:
    port: Register = register
    compared = desk.compared()
    statement = desk.approve(compared)
    task = port.take(compared.attestation_id, "w1", clock.now())
    assert task.statement == statement
    assert task.scan == compared.scan
    assert task.comparison == cases.comparison(compared.attestation_id)
    assert (task.reservation, task.intent) == (None, None)
    assert task.lease.expires_at == clock.now() + DEFAULT_LEASE
    check_permission(task, clock.now(), [SERVICE_KEY])  # the assertion still verifies


def test_numbers_run_from_one_and_are_given_once(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    taken = []
    for _ in range(3):
        lease = register.take(desk.approved().attestation_id, "w", clock.now()).lease
        reservation = register.reserve(lease, clock.now())
        assert register.reserve(lease, clock.now()) == reservation
        taken.append(reservation.number)
    assert taken == [make_number(number=n) for n in (1, 2, 3)]
    assert book_of(register) == [(1, "reserved"), (2, "reserved"), (3, "reserved")]


def test_a_later_worker_gets_number_head_and_intent_of_the_earlier(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock, trail: SqlAuditTrail
) -> None:
    attestation_id = desk.approved().attestation_id
    task = register.take(attestation_id, "w1", clock.now())
    reservation = register.reserve(task.lease, clock.now())
    assert reservation.trail_head == trail.head(AUTHORITY_ID)
    intent = make_intent(task.statement, reservation.number)
    register.intend(task.lease, intent, clock.now())
    clock.advance(seconds=901)
    again = register.take(attestation_id, "w2", clock.now())
    assert again.reservation == reservation
    assert again.intent == intent
    assert register.reserve(again.lease, clock.now()) == reservation


def test_the_book_of_a_vietnamese_year_starts_at_one(
    register: SqlRegister, desk: SampleDesk
) -> None:
    # 00:30 on 1 January 2027 in Việt Nam is still 2026 in UTC.
    for moment, year in (
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), 2026),
        (datetime(2026, 12, 31, 17, 30, tzinfo=UTC), 2027),
    ):
        lease = register.take(desk.approved().attestation_id, "w", moment).lease
        assert register.reserve(lease, moment).number == make_number(year=year)


def test_a_released_copy_is_read_by_code_id_and_file(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    statement = desk.approved()
    stored = issue(register, statement.attestation_id, clock.now())
    copy = register.released(statement.verification_code)
    assert copy is not None
    assert copy.statement == statement
    assert copy.shown_number == "01, quyển 01/2026-SCTĐT/BS"
    assert copy.attested_at == MORNING
    assert copy.newest.stored == stored
    assert (copy.newest.sequence, copy.newest.reason) == (1, "issued")
    assert register.released_attestation(statement.attestation_id) == copy
    assert register.released_file(stored.sha256) == copy
    assert register.released_file(digest_of("other")) is None


def test_nothing_is_seen_before_release(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    statement = desk.approved()
    task = register.take(statement.attestation_id, "w1", clock.now())
    intended(register, task, clock.now())
    assert register.released(statement.verification_code) is None
    assert register.released_attestation(statement.attestation_id) is None


def test_release_fills_the_eight_columns(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    statement = desk.approved()
    issue(register, statement.attestation_id, clock.now())
    (row,) = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)
    assert row.number == make_number()
    assert row.attested_on == "2026-11-23"
    assert row.requester == "Nguyễn Thị Hạnh"
    assert row.title == "Bằng tốt nghiệp đại học"
    assert row.signatory == "Vàng Văn Hùng, CHỦ TỊCH"
    assert (row.copies, row.fee_dong, row.note, row.state) == (1, 2000, "", "complete")


def test_the_case_is_done_when_every_original_is_released(
    register: SqlRegister, cases: SqlCases, desk: SampleDesk, clock: FakeClock
) -> None:
    case = desk.open_case()
    first = desk.approved(case)
    second = desk.compared(case)
    issue(register, first.attestation_id, clock.now())
    assert cases.case(case.id).status is CaseStatus.IN_PROGRESS
    desk.approve(second)
    issue(register, second.attestation_id, clock.now())
    assert cases.case(case.id).status is CaseStatus.DONE


def test_one_more_paper_opens_a_case_that_was_done(
    register: SqlRegister, cases: SqlCases, desk: SampleDesk, clock: FakeClock
) -> None:
    """The citizen is still at the desk and hands over another paper."""
    case = desk.open_case()
    issue(register, desk.approved(case).attestation_id, clock.now())
    assert cases.case(case.id).status is CaseStatus.DONE
    second = desk.approved(case)
    assert cases.case(case.id).status is CaseStatus.IN_PROGRESS
    issue(register, second.attestation_id, clock.now())
    assert cases.case(case.id).status is CaseStatus.DONE


def test_an_original_not_yet_compared_keeps_the_case_open(
    register: SqlRegister, cases: SqlCases, desk: SampleDesk, clock: FakeClock
) -> None:
    case = desk.open_case()
    first = desk.approved(case)
    desk.scanned(case)
    issue(register, first.attestation_id, clock.now())
    assert cases.case(case.id).status is CaseStatus.IN_PROGRESS


@pytest.mark.parametrize(
    "changes",
    [
        {"statement_digest": digest_of("other")},
        {"page_digest": digest_of("other")},
        {"number": make_number(number=7)},
        {"attempt": 0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_only_what_was_confirmed_can_be_intended(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock, changes: dict[str, Any]
) -> None:
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    number = register.reserve(task.lease, clock.now()).number
    with pytest.raises(WrongState):
        register.intend(
            task.lease,
            replace(make_intent(task.statement, number), **changes),
            clock.now(),
        )


def test_nothing_is_intended_before_it_is_reserved(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    with pytest.raises(WrongState):
        register.intend(
            task.lease, make_intent(task.statement, make_number()), clock.now()
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"attempt": 1},
        {"composed_sha256": digest_of("other")},
        {"composed_size": 1},
        {"attested_at": MORNING + timedelta(seconds=1)},
        {"number": make_number(number=2)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_only_the_newest_intent_is_released(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock, changes: dict[str, Any]
) -> None:
    task = register.take(desk.approved().attestation_id, "w1", clock.now())
    intent = replace(intended(register, task, clock.now()), attempt=2)
    register.intend(task.lease, intent, clock.now())
    with pytest.raises(WrongState):
        register.complete(
            task.lease,
            replace(intent, **changes),
            make_stored(task.statement.attestation_id),
            clock.now(),
        )
    assert register.released(task.statement.verification_code) is None
    assert book_of(register) == [(1, "reserved")]


def test_a_reservation_that_fails_takes_no_number(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock, database: Any
) -> None:
    lease = register.take(desk.approved().attestation_id, "w1", clock.now()).lease
    with (
        failing_inserts(database, "book_rows"),
        pytest.raises(DBAPIError, match=BROKEN),
    ):
        register.reserve(lease, clock.now())
    assert register.reserve(lease, clock.now()).number.number == 1
    assert book_of(register) == [(1, "reserved")]


def test_a_release_that_fails_halfway_releases_nothing(
    register: SqlRegister,
    cases: SqlCases,
    desk: SampleDesk,
    clock: FakeClock,
    database: Any,
) -> None:
    statement = desk.approved()
    task = register.take(statement.attestation_id, "w1", clock.now())
    intent = intended(register, task, clock.now())
    stored = make_stored(statement.attestation_id)
    with (  # in the last write of the transaction
        failing_inserts(database, "trail", "NEW.action = 'copy.release'"),
        pytest.raises(DBAPIError, match=BROKEN),
    ):
        register.complete(task.lease, intent, stored, clock.now())
    assert register.released(statement.verification_code) is None
    assert book_of(register) == [(1, "reserved")]
    view = cases.attestation(statement.attestation_id)
    assert view.step is IssuanceStep.INTENDED
    register.complete(task.lease, intent, stored, clock.now())
    assert register.released(statement.verification_code) is not None


@pytest.mark.timeout(300)  # three processes on a machine that may be busy
def test_two_processes_take_a_hundred_numbers_without_gap(
    register: SqlRegister, desk: SampleDesk, database_url: str, trail: SqlAuditTrail
) -> None:
    case = desk.open_case()
    approved = [desk.approved(case).attestation_id for _ in range(100)]
    spawn = get_context("spawn")
    workers = [
        spawn.Process(
            target=reserve_all, args=(database_url, f"w{start}", approved[start::2])
        )
        for start in (0, 1)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    rows = register.book(AUTHORITY_ID, DEFAULT_BOOK_KIND, 2026)
    assert [row.number.number for row in rows] == list(range(1, 101))
    assert {row.attestation_id for row in rows} == set(approved)
    trail.check(AUTHORITY_ID)
