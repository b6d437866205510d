"""A worker that was overtaken, or fell asleep, changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certify.attestation import (
    Lease,
)
from certify.errors import LeaseHeld, LeaseLost, NotFound, WrongState
from certify.retry import PERSONS_PAUSE, Waiting
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.register import SqlRegister
from tests.support.builders import (
    AUTHORITY_ID,
    make_stored,
)
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import book_of, intended, issue


def test_only_approved_and_unreleased_ones_are_leased(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    with pytest.raises(NotFound):
        register.take("nothing", "w1", clock.now())
    with pytest.raises(WrongState):
        register.take(desk.compared().attestation_id, "w1", clock.now())
    released = desk.approved().attestation_id
    issue(register, released, clock.now())
    with pytest.raises(WrongState):
        register.take(released, "w1", clock.now())


def test_one_lease_at_a_time_until_it_expires(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    attestation_id = desk.approved().attestation_id
    first = register.take(attestation_id, "w1", clock.now()).lease
    with pytest.raises(LeaseHeld):
        register.take(attestation_id, "w2", clock.now())
    clock.set(first.expires_at - timedelta(microseconds=1))
    with pytest.raises(LeaseHeld):
        register.take(attestation_id, "w2", clock.now())
    clock.set(first.expires_at)
    second = register.take(attestation_id, "w2", clock.now()).lease
    assert second.fence > first.fence


def test_a_clock_that_is_a_little_behind_takes_no_living_lease(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    attestation_id = desk.approved().attestation_id
    lease = register.take(attestation_id, "w1", clock.now()).lease
    here = clock.now()
    register.renew(lease, here)
    clock.set(here - timedelta(seconds=10))  # another machine's, at the same moment
    assert register.unfinished(clock.now()) == []
    with pytest.raises(LeaseHeld):
        register.take(attestation_id, "w2", clock.now())
    clock.set(here - timedelta(hours=1))  # our own one has stepped back
    assert register.unfinished(clock.now()) == [attestation_id]
    assert register.take(attestation_id, "w2", clock.now()).lease.fence > lease.fence


def stale_leases(lease: Lease) -> list[Lease]:
    return [
        replace(lease, fence=lease.fence - 1),
        replace(lease, fence=lease.fence + 1),
        replace(lease, worker="w9"),
        replace(lease, attestation_id="nothing"),
    ]


def test_a_lease_that_was_overtaken_changes_nothing(
    register: SqlRegister,
    cases: SqlCases,
    desk: SampleDesk,
    clock: FakeClock,
    trail: SqlAuditTrail,
) -> None:
    attestation_id = desk.approved().attestation_id
    task = register.take(attestation_id, "w1", clock.now())
    intent = intended(register, task, clock.now())
    clock.advance(seconds=901)
    newer = register.take(attestation_id, "w2", clock.now()).lease
    before = (cases.attestation(attestation_id), trail.head(AUTHORITY_ID))
    for lease in (task.lease, *stale_leases(newer)):
        with pytest.raises(LeaseLost):
            register.reserve(lease, clock.now())
        with pytest.raises(LeaseLost):
            register.intend(lease, replace(intent, attempt=2), clock.now())
        with pytest.raises(LeaseLost):
            register.complete(lease, intent, make_stored(attestation_id), clock.now())
        register.give_back(lease, Waiting("chờ", clock.now()))  # simply gone
    after = (cases.attestation(attestation_id), trail.head(AUTHORITY_ID))
    assert after == before
    with pytest.raises(LeaseHeld):  # w2 still holds it
        register.take(attestation_id, "w3", clock.now())
    register.complete(newer, intent, make_stored(attestation_id), clock.now())


def test_an_expired_lease_changes_nothing_even_if_nobody_took_over(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock, trail: SqlAuditTrail
) -> None:
    attestation_id = desk.approved().attestation_id
    task = register.take(attestation_id, "w1", clock.now())
    intent = intended(register, task, clock.now())
    clock.set(task.lease.expires_at)
    before = trail.head(AUTHORITY_ID)
    with pytest.raises(LeaseLost):
        register.reserve(task.lease, clock.now())
    with pytest.raises(LeaseLost):
        register.intend(task.lease, replace(intent, attempt=2), clock.now())
    with pytest.raises(LeaseLost):
        register.complete(task.lease, intent, make_stored(attestation_id), clock.now())
    assert trail.head(AUTHORITY_ID) == before
    assert register.released_attestation(attestation_id) is None


def test_approving_again_overtakes_the_worker(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    lease = register.take(compared.attestation_id, "w1", clock.now()).lease
    desk.approve(compared)
    with pytest.raises(LeaseLost):
        register.reserve(lease, clock.now())
    assert book_of(register) == []


def test_give_back_frees_the_lease_and_shows_the_cause(
    register: SqlRegister, cases: SqlCases, desk: SampleDesk, clock: FakeClock
) -> None:
    attestation_id = desk.approved().attestation_id
    cause = "Dịch vụ cấp dấu thời gian tạm thời không phản hồi."
    lease = register.take(attestation_id, "w1", clock.now()).lease
    register.give_back(lease, Waiting(cause, clock.now()))
    assert cases.attestation(attestation_id).waiting == cause
    issue(register, attestation_id, clock.now())
    assert cases.attestation(attestation_id).waiting is None


def test_what_waits_is_due_when_its_pause_is_over_or_a_person_acts(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    compared = desk.compared()
    desk.approve(compared)
    attestation_id = compared.attestation_id

    def fail(pause: timedelta) -> int:
        task = register.take(attestation_id, "w1", clock.now())
        register.give_back(task.lease, Waiting("chờ", clock.now() + pause))
        return task.failures

    assert fail(timedelta(seconds=60)) == 0
    assert register.unfinished(clock.now(), due=True) == []
    assert register.unfinished(clock.now()) == [attestation_id]  # a person may ask
    clock.advance(seconds=60)
    assert register.unfinished(clock.now(), due=True) == [attestation_id]
    assert fail(timedelta(days=2)) == 1  # longer than any pause: the clock stepped back
    assert register.unfinished(clock.now(), due=True) == [attestation_id]
    assert fail(PERSONS_PAUSE) == 2
    assert register.unfinished(clock.now(), due=True) == []
    desk.approve(compared)
    assert register.unfinished(clock.now(), due=True) == [attestation_id]
    assert fail(timedelta(0)) == 0


def test_unfinished_lists_free_ones_oldest_first(
    register: SqlRegister, desk: SampleDesk, clock: FakeClock
) -> None:
    approved = []
    for _ in range(3):
        approved.append(desk.approved().attestation_id)
        clock.advance(seconds=1)
    desk.compared()
    register.take(approved[1], "w1", clock.now())
    issue(register, approved[0], clock.now())
    assert register.unfinished(clock.now()) == [approved[2]]
    clock.advance(seconds=900)
    assert register.unfinished(clock.now()) == [approved[1], approved[2]]
