"""The registry of signing keys, and what the register makes of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from certify.errors import InvalidInput, KeyNotUsable, NotFound, WrongState
from certify.signing_key import (
    KeyRecord,
    KeyState,
    SigningKeys,
    frozen,
    limited,
    retired,
)
from storage.audit import SqlAuditTrail
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.signing_keys import SqlSigningKeys
from storage.tables import trail as trail_table
from tests.support.builders import AUTHORITY_ID, SIGNATORY_ID, make_intent
from tests.support.clock import MORNING, FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk
from tests.support.issuing import book_of, intended
from tests.support.signing_keys import (
    PERSON_KEY,
    SEAL_KEY,
    act,
    add_active,
    from_to,
    make_key,
    make_seal_key,
    with_certificate,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def registry(
    database: Database, clock: FakeClock, confirmation: SoftwareConfirmation
) -> SqlSigningKeys:
    del confirmation  # the people are on record
    return SqlSigningKeys(database=database, clock=clock)


@pytest.fixture
def both(registry: SqlSigningKeys) -> SqlSigningKeys:
    """A registry in which both keys of the sample statements are active."""
    add_active(registry, make_key())
    add_active(registry, make_seal_key())
    return registry


def rows(database: Database, action: str) -> list[Any]:
    query = (
        select(trail_table)
        .where(trail_table.c.action == action)
        .order_by(trail_table.c.sequence)
    )
    with database.reading() as connection:
        return list(connection.execute(query))


def test_a_key_is_read_as_it_was_put_on_record(registry: SqlSigningKeys) -> None:
    port: SigningKeys = registry
    key, seal = make_key(use_limit=10), make_seal_key()
    port.add(key, act("add"))
    port.add(seal, act("add"))
    assert port.key(PERSON_KEY) == key
    assert port.keys(AUTHORITY_ID) == [key, seal]
    assert port.keys("elsewhere") == []
    changed = port.change(PERSON_KEY, with_certificate, act("import"))
    assert port.key(PERSON_KEY) == changed
    assert changed.issuers == (b"ca", b"root")


def test_unknown_taken_and_homeless_keys_are_refused(
    registry: SqlSigningKeys,
) -> None:
    registry.add(make_key(), act("add"))
    with pytest.raises(WrongState):
        registry.add(make_key(), act("add"))
    with pytest.raises(WrongState):
        registry.add(make_key("x", person_id="nobody"), act("add"))
    with pytest.raises(NotFound):
        registry.add(make_key("x", authority_id="nowhere"), act("add"))
    with pytest.raises(NotFound):
        registry.key("x")
    with pytest.raises(NotFound):
        registry.change("x", with_certificate, act("import"))


def test_every_change_has_actor_time_and_reason_in_the_trail(
    registry: SqlSigningKeys, database: Database, trail: SqlAuditTrail
) -> None:
    add_active(registry, make_key(), end=MORNING + HOUR)
    registry.change(PERSON_KEY, partial(frozen, on=True), act("freeze", "mất thẻ"))
    registry.change(PERSON_KEY, partial(frozen, on=False), act("unfreeze", "đã thấy"))
    registry.change(PERSON_KEY, partial(limited, limit=5), act("limit"))
    registry.change(PERSON_KEY, partial(retired, now=MORNING), act("retire", "thay"))
    verbs = ("add", "import", "activate", "freeze", "unfreeze", "limit", "retire")
    for verb in verbs:
        (row,) = rows(database, f"signing_key.{verb}")
        assert (row.actor, row.subject) == ("operator:thu", PERSON_KEY)
        assert bool(row.reason_commitment) is (verb in {"freeze", "unfreeze", "retire"})
    assert rows(database, "signing_key.freeze")[0].details["frozen"] == 1
    assert trail.check(AUTHORITY_ID).sequence


def test_a_refused_change_leaves_no_trace(
    registry: SqlSigningKeys, trail: SqlAuditTrail
) -> None:
    registry.add(make_key(), act("add"))
    before = trail.head(AUTHORITY_ID)
    with pytest.raises(WrongState, match="keys import"):
        registry.change(PERSON_KEY, from_to(), act("activate"))
    assert trail.head(AUTHORITY_ID) == before
    assert registry.key(PERSON_KEY) == make_key()


@pytest.mark.parametrize(
    "rule",
    [
        with_certificate,
        from_to(),
        partial(retired, now=MORNING),
        partial(frozen, on=False),
    ],
)
def test_a_retired_key_never_comes_back(
    registry: SqlSigningKeys, rule: Callable[[KeyRecord], KeyRecord]
) -> None:
    add_active(registry, make_key())
    registry.change(PERSON_KEY, partial(retired, now=MORNING), act("retire"))
    with pytest.raises(WrongState):
        registry.change(PERSON_KEY, rule, act("activate"))


def test_an_end_before_the_start_is_refused(registry: SqlSigningKeys) -> None:
    with pytest.raises(InvalidInput, match="--to"):
        add_active(registry, make_key(), end=MORNING)


def test_people_take_the_newest_key_that_is_active_now(
    registry: SqlSigningKeys, people: SqlPeople, clock: FakeClock
) -> None:
    assert people.signatory(SIGNATORY_ID).key_id == PERSON_KEY  # the column
    add_active(registry, make_key("old"), end=MORNING + 3 * HOUR)
    add_active(registry, make_key("new"), start=MORNING + HOUR)
    add_active(registry, make_seal_key("seal-2"))
    assert people.authority(AUTHORITY_ID).seal_key_id == "seal-2"
    assert people.signatory(SIGNATORY_ID).key_id == "old"
    clock.advance(hours=1)  # the overlap: both are good, the newer is taken
    assert people.signatory(SIGNATORY_ID).key_id == "new"
    assert people.signatories(AUTHORITY_ID)[0].key_id == "new"
    registry.change("new", partial(frozen, on=True), act("freeze", "nghi lộ"))
    assert people.signatory(SIGNATORY_ID).key_id == "old"
    clock.advance(hours=2)  # nothing usable is left: the refusal names the newest
    assert people.signatory(SIGNATORY_ID).key_id == "new"


def test_a_key_at_its_limit_is_not_taken_for_new_statements(
    registry: SqlSigningKeys, people: SqlPeople
) -> None:
    add_active(registry, make_key("old"))
    add_active(registry, make_key("new", use_limit=0), start=MORNING)
    assert people.signatory(SIGNATORY_ID).key_id == "old"


def test_an_intent_counts_both_keys_and_names_them(
    both: SqlSigningKeys, desk: SampleDesk, register: SqlRegister, database: Database
) -> None:
    statement = desk.approved()
    task = register.take(statement.attestation_id, "w1", MORNING)
    intent = intended(register, task, MORNING)
    again = make_intent(task.statement, intent.number, attempt=2)
    register.intend(task.lease, again, MORNING)
    assert [both.key(k).uses for k in (PERSON_KEY, SEAL_KEY)] == [2, 2]
    first, second = (row.details for row in rows(database, "copy.intend"))
    assert first["signatory_key"] == PERSON_KEY
    assert first["seal_key"] == SEAL_KEY
    assert (first["signatory_key_use"], second["seal_key_use"]) == (1, 2)


def test_keys_outside_the_registry_are_named_but_not_counted(
    registry: SqlSigningKeys,
    desk: SampleDesk,
    register: SqlRegister,
    database: Database,
) -> None:
    assert registry.keys(AUTHORITY_ID) == []
    statement = desk.approved()
    intended(register, register.take(statement.attestation_id, "w1", MORNING), MORNING)
    (row,) = rows(database, "copy.intend")
    assert row.details["seal_key"] == SEAL_KEY
    assert "seal_key_use" not in row.details


UNUSABLE = {
    "frozen": (partial(frozen, on=True), "đóng băng.*unfreeze"),
    "retired": (partial(retired, now=MORNING), "thôi dùng.*xác nhận lại"),
    "ended": (from_to(MORNING - HOUR, MORNING), "hết thời gian.*08:30"),
    "not begun": (from_to(MORNING + HOUR), "chỉ được dùng từ 09:30"),
    "used up": (partial(limited, limit=0), "dùng đủ 0 lần.*giới hạn"),
}


@pytest.mark.parametrize("key_id", [PERSON_KEY, SEAL_KEY])
@pytest.mark.parametrize(("rule", "says"), UNUSABLE.values(), ids=list(UNUSABLE.keys()))
def test_an_unusable_key_takes_no_number_and_signs_nothing(
    both: SqlSigningKeys,
    desk: SampleDesk,
    register: SqlRegister,
    rule: Callable[[KeyRecord], KeyRecord],
    says: str,
    key_id: str,
) -> None:
    early, late = desk.approved(), desk.approved()
    task = register.take(early.attestation_id, "w1", MORNING)
    reserved = register.reserve(task.lease, MORNING)
    other = register.take(late.attestation_id, "w2", MORNING)
    both.change(key_id, rule, act("freeze"))
    # One that has its number keeps it; one that has none takes none.
    with pytest.raises(KeyNotUsable, match=says) as caught:
        register.intend(
            task.lease, make_intent(task.statement, reserved.number), MORNING
        )
    assert caught.value.data["key"] == key_id
    with pytest.raises(KeyNotUsable):
        register.reserve(other.lease, MORNING)
    assert book_of(register) == [(1, "reserved")]
    assert [both.key(k).uses for k in (PERSON_KEY, SEAL_KEY)] == [0, 0]


def test_a_thawed_key_goes_on_with_the_same_number(
    both: SqlSigningKeys, desk: SampleDesk, register: SqlRegister
) -> None:
    statement = desk.approved()
    task = register.take(statement.attestation_id, "w1", MORNING)
    reserved = register.reserve(task.lease, MORNING)
    both.change(SEAL_KEY, partial(frozen, on=True), act("freeze", "nghi lộ"))
    intent = make_intent(task.statement, reserved.number)
    with pytest.raises(KeyNotUsable):
        register.intend(task.lease, intent, MORNING)
    both.change(SEAL_KEY, partial(frozen, on=False), act("unfreeze", "không lộ"))
    assert intended(register, task, MORNING).number == reserved.number


def test_a_limit_is_reached_after_exactly_that_many(
    both: SqlSigningKeys, desk: SampleDesk, register: SqlRegister
) -> None:
    both.change(SEAL_KEY, partial(limited, limit=2), act("limit"))
    for _ in range(2):
        statement = desk.approved()
        task = register.take(statement.attestation_id, "w1", MORNING)
        intended(register, task, MORNING)
    third = register.take(desk.approved().attestation_id, "w1", MORNING)
    with pytest.raises(KeyNotUsable, match="đã dùng đủ 2 lần"):
        register.reserve(third.lease, MORNING)
    assert both.key(SEAL_KEY).uses == 2


def test_no_secret_has_a_column(registry: SqlSigningKeys, database: Database) -> None:
    registry.add(make_key(), act("add"))
    with database.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT secrets FROM signing_keys")
    assert json.loads(row[0]) == {"passphrase": "env:MAT_KHAU"}


def test_states_are_a_closed_list(registry: SqlSigningKeys) -> None:
    with pytest.raises(WrongState):
        registry.add(make_key(state=KeyState.ACTIVE), act("add"))  # no certificate
