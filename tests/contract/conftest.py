"""Every store under the contract tests: on SQLite and on PostgreSQL 15 and 18."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.people import SqlPeople
from storage.register import SqlRegister
from tests.support.clock import FakeClock
from tests.support.confirmation import SoftwareConfirmation
from tests.support.desk import SampleDesk, seed_people
from tests.support.fields import FIELDS
from tests.support.postgres import KINDS, Server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: migrating takes half a second."""
    path = tmp_path_factory.mktemp("template") / "register.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(params=["sqlite", *KINDS])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path
) -> str:
    if request.param in KINDS:
        server: Server = request.getfixturevalue(request.param)
        return server.lend()
    path = tmp_path / "register.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, fields=FIELDS)
    yield database
    database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def people(database: Database, clock: FakeClock) -> SqlPeople:
    return SqlPeople(database=database, clock=clock)


@pytest.fixture
def confirmation(people: SqlPeople) -> SoftwareConfirmation:
    return seed_people(people)


@pytest.fixture
def cases(database: Database, clock: FakeClock) -> SqlCases:
    return SqlCases(database=database, clock=clock)


@pytest.fixture
def register(database: Database, clock: FakeClock) -> SqlRegister:
    register = SqlRegister(database=database, clock=clock)
    register.open_numbering()
    return register


@pytest.fixture
def trail(database: Database) -> SqlAuditTrail:
    return SqlAuditTrail(database=database)


@pytest.fixture
def desk(cases: SqlCases, confirmation: SoftwareConfirmation) -> SampleDesk:
    return SampleDesk(cases, confirmation)
