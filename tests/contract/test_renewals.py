"""The watch over released editions: what is due, one lease, further editions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certify.attestation import StoredObject
from certify.errors import LeaseHeld, LeaseLost, NotFound, WrongState
from certify.protection import Protection
from certify.renewal import RenewalIntent
from certify.retry import Waiting
from storage.audit import SqlAuditTrail
from storage.database import Database
from storage.register import SqlRegister
from storage.renewals import SqlRenewals
from tests.support.builders import AUTHORITY_ID, make_stored
from tests.support.clock import FakeClock
from tests.support.desk import SampleDesk
from tests.support.issuing import book_of, intended

SHORT = Protection(datetime(2031, 1, 1, tzinfo=UTC), ("rsa-2048", "sha256"))
LONG = Protection(datetime(2041, 1, 1, tzinfo=UTC), ("rsa-3072", "sha256"))
HORIZON = datetime(2032, 1, 1, tzinfo=UTC)


@pytest.fixture
def renewals(database: Database) -> SqlRenewals:
    return SqlRenewals(database=database)


class Releases:
    """Released attestations, with the protection that step 7 read."""

    def __init__(
        self, register: SqlRegister, desk: SampleDesk, clock: FakeClock
    ) -> None:
        self._register, self._desk, self._clock = register, desk, clock

    def add(self, protection: Protection | None) -> StoredObject:
        now = self._clock.now()
        attestation_id = self._desk.approved().attestation_id
        task = self._register.take(attestation_id, "w1", now)
        stored = make_stored(attestation_id)
        intent = intended(self._register, task, now)
        self._register.complete(task.lease, intent, stored, now, protection=protection)
        return stored


@pytest.fixture
def releases(register: SqlRegister, desk: SampleDesk, clock: FakeClock) -> Releases:
    return Releases(register, desk, clock)


def id_of(stored: StoredObject) -> str:
    return stored.key.partition("/")[0]


def intent_of(stored: StoredObject, attempt: int = 1) -> RenewalIntent:
    return RenewalIntent(attempt, stored.sha256, stored.size_bytes)


def test_due_is_what_ends_rests_on_what_ends_or_was_never_measured(
    renewals: SqlRenewals, releases: Releases, clock: FakeClock
) -> None:
    late, early, unknown = (releases.add(p) for p in (LONG, SHORT, None))
    assert renewals.algorithms_in_use() == [LONG.algorithms, SHORT.algorithms] or (
        renewals.algorithms_in_use() == [SHORT.algorithms, LONG.algorithms]
    )
    now = clock.now()
    due = renewals.next_due(HORIZON, [], now=now, limit=10)
    assert due == [id_of(unknown), id_of(early)]  # the most urgent first
    assert renewals.next_due(HORIZON, [], now=now, limit=1) == [id_of(unknown)]
    everything = renewals.next_due(HORIZON, [LONG.algorithms], now=now, limit=10)
    assert set(everything) == {id_of(late), id_of(early), id_of(unknown)}
    census = renewals.census(HORIZON, [])
    assert (census.released, census.watched) == (3, 3)
    assert [d.attestation_id for d in census.due] == due
    assert [d.protection for d in census.due] == [None, SHORT]


def test_a_renewal_adds_an_edition_and_leaves_the_book_alone(
    renewals: SqlRenewals,
    releases: Releases,
    register: SqlRegister,
    trail: SqlAuditTrail,
    clock: FakeClock,
) -> None:
    issued = releases.add(SHORT)
    book = register.book(AUTHORITY_ID, "chung-thuc-ban-sao", 2026), book_of(register)
    rows = trail.head(AUTHORITY_ID).sequence
    lease = renewals.take(id_of(issued), "w1", clock.now()).lease
    renewals.intend(lease, intent_of(issued), clock.now())
    renewed = make_stored(id_of(issued))
    edition = renewals.add_edition(lease, intent_of(issued), renewed, LONG, clock.now())
    renewals.give_back(lease, None, "")
    assert (edition.sequence, edition.reason, edition.stored) == (2, "renewed", renewed)
    copy = register.released_file(issued.sha256)
    assert copy is not None
    assert copy == register.released_file(renewed.sha256)
    assert [e.stored for e in copy.editions] == [issued, renewed]
    assert trail.check(AUTHORITY_ID).sequence == rows + 2  # intent and edition
    assert book == (
        register.book(AUTHORITY_ID, "chung-thuc-ban-sao", 2026),
        book_of(register),
    )
    assert renewals.next_due(HORIZON, [], now=clock.now(), limit=10) == []
    task = renewals.take(id_of(issued), "w1", clock.now())
    assert (task.attempts, task.intent) == (1, None)


def test_what_waits_is_due_again_when_the_clock_steps_back(
    renewals: SqlRenewals, releases: Releases, clock: FakeClock
) -> None:
    held, waits = id_of(releases.add(SHORT)), id_of(releases.add(SHORT))

    def due() -> set[str]:
        return set(renewals.next_due(HORIZON, [], now=clock.now(), limit=10))

    here = clock.now()
    clock.advance(days=300)
    renewals.take(held, "w1", clock.now())
    pause = Waiting("chờ", clock.now() + timedelta(hours=6))
    renewals.give_back(renewals.take(waits, "w1", clock.now()).lease, pause, "fault")
    clock.advance(seconds=-10)  # another machine's clock
    assert due() == set()
    with pytest.raises(LeaseHeld):
        renewals.take(held, "w2", clock.now())
    clock.set(here)
    assert due() == {held, waits}


def test_an_overtaken_worker_adds_nothing(
    renewals: SqlRenewals, releases: Releases, register: SqlRegister, clock: FakeClock
) -> None:
    issued = releases.add(SHORT)
    stale = renewals.take(id_of(issued), "w1", clock.now()).lease
    renewals.intend(stale, intent_of(issued), clock.now())
    with pytest.raises(LeaseHeld):
        renewals.take(id_of(issued), "w2", clock.now())
    clock.set(stale.expires_at)
    task = renewals.take(id_of(issued), "w2", clock.now())
    assert task.intent == intent_of(issued)  # to be adopted
    for act in (
        lambda: renewals.extend(stale, clock.now()),
        lambda: renewals.measured(stale, LONG, clock.now()),
        lambda: renewals.intend(stale, intent_of(issued, 2), clock.now()),
        lambda: renewals.add_edition(
            stale, intent_of(issued), make_stored(id_of(issued)), LONG, clock.now()
        ),
    ):
        with pytest.raises(LeaseLost):
            act()
    renewals.give_back(stale, None, "")
    with pytest.raises(LeaseHeld):  # the new lease still stands
        renewals.take(id_of(issued), "w3", clock.now())
    copy = register.released_file(issued.sha256)
    assert copy is not None
    assert len(copy.editions) == 1


def test_only_the_newest_edition_and_the_next_attempt_are_intended(
    renewals: SqlRenewals, releases: Releases, clock: FakeClock
) -> None:
    issued = releases.add(SHORT)
    lease = renewals.take(id_of(issued), "w1", clock.now()).lease
    right = intent_of(issued)
    for wrong in (
        replace(right, attempt=2),
        replace(right, base_sha256="0" * 64),
        replace(right, base_size=right.base_size + 1),
    ):
        with pytest.raises(WrongState):
            renewals.intend(lease, wrong, clock.now())
    renewals.intend(lease, right, clock.now())
    renewals.intend(lease, intent_of(issued, 2), clock.now())
    with pytest.raises(WrongState):  # the file of an attempt that was given up
        renewals.add_edition(
            lease, right, make_stored(id_of(issued)), LONG, clock.now()
        )
    with pytest.raises(NotFound):
        renewals.take("nothing", "w1", clock.now())


def test_what_failed_is_tried_again_later_and_named_meanwhile(
    renewals: SqlRenewals, releases: Releases, clock: FakeClock
) -> None:
    issued = releases.add(SHORT)
    lease = renewals.take(id_of(issued), "w1", clock.now()).lease
    assert renewals.next_due(HORIZON, [], now=clock.now(), limit=9) == []  # leased
    later = clock.now() + timedelta(minutes=5)
    renewals.give_back(lease, Waiting("chờ", later), "service.unavailable")
    assert renewals.next_due(HORIZON, [], now=clock.now(), limit=9) == []
    assert renewals.next_due(HORIZON, [], now=later, limit=9) == [id_of(issued)]
    (due,) = renewals.census(HORIZON, []).due
    assert due.cause == "service.unavailable"
    task = renewals.take(id_of(issued), "w1", clock.now())
    assert task.failures == 1
