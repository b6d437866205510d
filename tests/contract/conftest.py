"""Every store under the contract tests; PostgreSQL and S3 join the parameters."""

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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: migrating takes half a second."""
    path = tmp_path_factory.mktemp("template") / "register.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path: Path, migrated_file: Path) -> str:
    path = tmp_path / "register.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
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
