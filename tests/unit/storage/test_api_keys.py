from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from certify.access import ApiKey, ApiKeys, Scope
from certify.attestation import Act
from certify.errors import NotFound
from storage.api_keys import SqlApiKeys
from storage.audit import SqlAuditTrail
from storage.database import Database
from storage.people import SqlPeople
from tests.support.builders import AUTHORITY_ID
from tests.support.clock import MORNING, FakeClock
from tests.support.desk import seed_people
from tests.support.fields import FIELDS

CREATE = Act("system", "api_key.create")
REVOKE = Act("system", "api_key.revoke", "Lộ khóa")
SCOPES = frozenset({Scope.OFFICER, Scope.READ})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(
        f"sqlite:///{tmp_path}/register.db", fields=FIELDS, busy_timeout_seconds=0.1
    )
    database.migrate()
    seed_people(SqlPeople(database=database, clock=FakeClock()))
    yield database
    database.close()


@pytest.fixture
def keys(database: Database) -> SqlApiKeys:
    return SqlApiKeys(database=database)


def create(keys: ApiKeys) -> str:
    return keys.create(
        AUTHORITY_ID,
        SCOPES,
        "Một cửa tỉnh",
        expires_at=MORNING + timedelta(days=90),
        now=MORNING,
        act=CREATE,
    )


def only(keys: ApiKeys) -> ApiKey:
    (key,) = keys.list(AUTHORITY_ID)
    return key


def test_a_key_opens_what_it_was_made_for(keys: SqlApiKeys) -> None:
    key = keys.check(create(keys), MORNING)
    assert key is not None
    assert (key.authority_id, key.scopes) == (AUTHORITY_ID, SCOPES)
    assert key.label == "Một cửa tỉnh"
    assert key == only(keys)


def test_wrong_keys_open_nothing(keys: SqlApiKeys) -> None:
    plain = create(keys)
    other = create(keys)
    mixed = plain[: 3 + 32] + other[3 + 32 :]  # one key's id, another's secret
    last = "0" if plain[-1] != "0" else "1"
    for wrong in ("", "cc_", plain[:-1], plain[:-1] + last, plain + "0", mixed, "cc_é"):
        assert keys.check(wrong, MORNING) is None
    unknown = "cc_" + "0" * 96
    assert keys.check(unknown, MORNING) is None


def test_a_key_ends_when_it_expires(keys: SqlApiKeys) -> None:
    plain = create(keys)
    assert keys.check(plain, MORNING + timedelta(days=90, seconds=-1)) is not None
    assert keys.check(plain, MORNING + timedelta(days=90)) is None


def test_a_revoked_key_ends_at_once_and_stays_listed(
    keys: SqlApiKeys, database: Database
) -> None:
    plain = create(keys)
    before = SqlAuditTrail(database=database).head(AUTHORITY_ID).sequence
    keys.revoke(only(keys).id, now=MORNING, act=REVOKE)
    keys.revoke(only(keys).id, now=MORNING + timedelta(hours=1), act=REVOKE)
    assert keys.check(plain, MORNING) is None
    assert only(keys).revoked_at == MORNING
    head = SqlAuditTrail(database=database).check(AUTHORITY_ID)
    assert head.sequence == before + 1
    with pytest.raises(NotFound):
        keys.revoke("nothing", now=MORNING, act=REVOKE)


def test_the_last_use_is_noted_once_a_minute(keys: SqlApiKeys) -> None:
    plain = create(keys)
    assert only(keys).last_used_at is None
    noted = []
    for seconds in (0, 59, 60):
        keys.check(plain, MORNING + timedelta(seconds=seconds))
        noted.append(only(keys).last_used_at)
    assert noted == [MORNING, MORNING, MORNING + timedelta(seconds=60)]


def test_a_busy_database_does_not_turn_a_good_key_away(
    keys: SqlApiKeys, database: Database
) -> None:
    plain = create(keys)
    with database.writing():
        assert keys.check(plain, MORNING) is not None


def test_the_secret_is_nowhere_in_the_file(keys: SqlApiKeys, tmp_path: Path) -> None:
    secret = create(keys)[3 + 32 :].encode()
    for path in tmp_path.iterdir():
        assert secret not in path.read_bytes()
