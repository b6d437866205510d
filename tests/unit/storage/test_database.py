"""Transactions, outages, and a schema that is what the tables say."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from certify.errors import ServiceUnavailable, StoredDataDamaged
from storage import migrations
from storage.columns import UtcTime, utc_text
from storage.database import Database
from storage.tables import metadata
from tests.support.processes import migrate

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}", busy_timeout_seconds=0.1)
    database.migrate()
    yield database
    database.close()


def tables_of(connection: Any) -> dict[str, frozenset[str]]:
    """Columns and constraints of each table, one a line, whatever their order."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
        " AND name <> 'alembic_version' AND sql IS NOT NULL"
    )
    return {
        # SQLite writes an added column on the line of the one before it.
        name: frozenset(
            line.strip(" \t,") for line in re.split(r"\n|, (?=\w+ [A-Z])", sql)
        )
        for name, sql in rows
    }


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        migrated = tables_of(connection)
    # Alembic does not compare CHECK constraints: the text of the tables does.
    fresh = create_engine("sqlite://")
    with fresh.begin() as connection:
        metadata.create_all(connection)
        assert migrated == tables_of(connection)
    fresh.dispose()


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_migrating_again_changes_nothing(database: Database, path: Path) -> None:
    with database.reading() as connection:
        before = tables_of(connection)
    database.migrate()
    with database.reading() as connection:
        assert tables_of(connection) == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_migrate_once(path: Path) -> None:
    url = f"sqlite:///{path}"
    children = [get_context("spawn").Process(target=migrate, args=(url,)) for _ in "12"]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    database = Database(url)
    with database.reading() as connection:
        assert set(metadata.tables) <= set(tables_of(connection))
    database.close()


def test_a_start_without_work_does_not_import_alembic(
    database: Database, path: Path
) -> None:
    with database.reading():
        code = (
            "import sys; from storage.database import Database;"
            f"Database('sqlite:///{path}').migrate();"
            "sys.exit('alembic' in sys.modules)"
        )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)


def test_each_connection_is_durable_and_strict(database: Database) -> None:
    with database.writing() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_an_exception_rolls_everything_back(database: Database) -> None:
    def fail_halfway() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql(
                "INSERT INTO authorities VALUES ('a', 'u', 'n', 'p', 'q', 'k', NULL)"
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM authorities")
        assert rows.scalar() == 0


def test_a_writer_takes_the_lock_before_it_reads(database: Database) -> None:
    with (
        database.writing(),
        pytest.raises(ServiceUnavailable, match="Cơ sở dữ liệu"),
        database.writing(),
    ):
        pass
    with database.writing(), database.reading() as connection:  # readers never wait
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_an_unreachable_database_is_a_service_that_is_away(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/register.db")
    with pytest.raises(ServiceUnavailable):
        database.migrate()
    with pytest.raises(ServiceUnavailable), database.reading():
        pass


def test_a_file_that_is_no_database_is_damage(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 1000)
    with pytest.raises(StoredDataDamaged):
        Database(f"sqlite:///{path}").migrate()


def test_a_fault_of_ours_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises(OperationalError), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")


def test_times_are_aware_utc_and_sort_as_text() -> None:
    hanoi = datetime(2026, 11, 23, 8, 30, tzinfo=timezone(timedelta(hours=7)))
    text = utc_text(hanoi)
    assert text == "2026-11-23T01:30:00.000000+00:00"
    assert text < utc_text(hanoi + timedelta(microseconds=1))
    back = UtcTime().process_result_value(text, None)  # type: ignore[arg-type]  # unused
    assert back == hanoi
    assert back is not None
    assert back.tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        utc_text(datetime(2026, 11, 23))  # noqa: DTZ001 - the fault under test


def test_sqlite_is_new_enough_for_what_we_use() -> None:
    assert sqlite3.sqlite_version_info >= (3, 35)
