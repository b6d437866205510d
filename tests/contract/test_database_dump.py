"""A dump is one snapshot, and fills an empty database: SQLite and PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from certify.errors import NotAllowed, ServiceUnavailable
from storage.database import Database
from storage.tables import renewals
from tests.support.postgres import Server
from tests.support.real import need

ROW = {"sha256": "", "fence": 0, "attempts": 0, "cause": "", "failures": 0}


@pytest.fixture(params=["sqlite", "postgresql15"])
def pair(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, Database]]:
    """A migrated database, and an empty one."""
    if request.param == "sqlite":
        addresses = [f"sqlite:///{tmp_path}/{name}.db" for name in ("full", "empty")]
        databases = [Database(address) for address in addresses]
        databases[0].migrate()
        yield databases[0], databases[1]
        return
    server: Server = request.getfixturevalue("postgresql15")
    path = f"{need('pg_dump').parent}:{os.environ['PATH']}"  # noqa: TID251 - a test's
    monkeypatch.setenv("PATH", path)
    with server.fresh() as full, server.fresh(migrated=False) as empty:
        databases = [Database(full), Database(empty)]
        yield databases[0], databases[1]
        for database in databases:
            database.close()


def write(database: Database, *names: str) -> None:
    with database.writing() as connection:
        for name in names:
            connection.execute(insert(renewals).values(attestation_id=name, **ROW))


def read(database: Database) -> list[str]:
    with database.reading() as connection:
        return sorted(connection.scalars(select(renewals.c.attestation_id)))


def test_a_dump_fills_an_empty_database(
    pair: tuple[Database, Database], tmp_path: Path
) -> None:
    full, empty = pair
    assert (full.is_empty(), empty.is_empty()) == (False, True)
    write(full, "a", "b")
    full.dump(tmp_path / "dump")
    write(full, "c")
    empty.load(tmp_path / "dump")
    assert read(empty) == ["a", "b"]
    assert empty.revision() == full.revision()
    empty.require_current()
    write(empty, "d")
    assert not empty.is_empty()


def test_an_account_without_rights_is_told_so(
    postgresql15: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{need('pg_dump').parent}:{os.environ['PATH']}"  # noqa: TID251 - a test's
    monkeypatch.setenv("PATH", path)
    postgresql15.execute("DROP ROLE IF EXISTS stranger")
    postgresql15.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-secret'")
    with postgresql15.fresh() as url:
        address = f"postgresql://stranger@{url.rpartition('@')[2]}"
        stranger = Database(address, password="stranger-secret")  # noqa: S106 - a test's
        with pytest.raises(NotAllowed, match="chủ sở hữu"):
            stranger.dump(tmp_path / "dump")
        stranger.close()


def test_what_is_no_dump_fills_nothing(
    pair: tuple[Database, Database], tmp_path: Path
) -> None:
    full, empty = pair
    full.dump(tmp_path / "dump")
    whole = (tmp_path / "dump").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    if full.about().startswith("PostgreSQL"):
        with pytest.raises(ServiceUnavailable):
            empty.load(tmp_path / "cut")
        assert empty.is_empty()
    with pytest.raises(ServiceUnavailable):
        full.dump(tmp_path / "no" / "such" / "folder")
