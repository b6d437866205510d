"""From a released version of the tables to today's, with a real world's rows."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.data_folder import DataFolder
from api.settings import Settings
from api.wiring import open_storage
from certify.errors import InvalidInput
from certify.numbering import DEFAULT_BOOK_KIND
from storage.database import Database
from storage.migrations import HEAD

RELEASED = Path(__file__).parent / "released"
# Rows that no later version may touch: what citizens and courts rely on.
KEPT = {
    "trail": "authority_id, sequence, at, action, subject, details, previous, digest",
    "editions": "attestation_id, sequence, sha256, object_key, version_id",
    "book_rows": "kind, year, number, attestation_id, state, shown_number",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose register the released program wrote."""
    with closing(sqlite3.connect(tmp_path / "register.db")) as database:
        database.executescript((RELEASED / "world-0013.sql").read_text())
    (tmp_path / "register.db").chmod(0o600)
    return tmp_path


def rows(data: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(data / "register.db")) as database:
        return {
            table: database.execute(
                f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3"  # noqa: S608 - our own names
            ).fetchall()
            for table, columns in KEPT.items()
        }


def revise(data: Path, revision: str) -> None:
    with closing(sqlite3.connect(data / "register.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", [revision])
        database.commit()


def test_a_released_world_arrives_whole(data: Path) -> None:
    before = rows(data)
    assert {name: len(found) for name, found in before.items()} == {
        "trail": 32,
        "editions": 2,
        "book_rows": 3,
    }
    with open_storage(DataFolder(data), Settings(data=data)) as storage:
        authority = before["trail"][0][0]
        book = storage.register.book(authority, DEFAULT_BOOK_KIND, 2026)
        assert [row.number.number for row in book] == [1, 2, 3]
        assert storage.trail.check(authority).sequence == len(before["trail"])
        for sha256 in storage.register.released_files():
            copy = storage.register.released_file(sha256)
            assert copy is not None
            assert copy.newest.stored.sha256 == sha256
            assert storage.register.released(copy.statement.verification_code) == copy
    assert rows(data) == before
    assert Database(f"sqlite:///{data}/register.db").revision() == HEAD


def test_tables_of_a_newer_program_are_left_alone(data: Path) -> None:
    revise(data, "9999")
    before = (data / "register.db").read_bytes()
    for env in ("development", "production"):
        settings = Settings(data=data, env=env)
        with (
            pytest.raises(InvalidInput, match="phiên bản chương trình mới hơn"),
            open_storage(DataFolder(data), settings),
        ):
            pass
    assert (data / "register.db").read_bytes()[100:] == before[100:]


def test_production_waits_for_its_operator(data: Path) -> None:
    settings = Settings(data=data, env="production")
    with (
        pytest.raises(InvalidInput, match="certify database migrate"),
        open_storage(DataFolder(data), settings),
    ):
        pass
    assert Database(f"sqlite:///{data}/register.db").revision() == "0013"
