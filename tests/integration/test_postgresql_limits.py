"""What the settings promise of PostgreSQL holds on a real server."""

import os
import socket
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from api.data_folder import DataFolder
from api.settings import Settings
from api.wiring.stores import open_database
from certify.errors import ServiceUnavailable
from storage.backend import ServerLimits
from storage.database import Database
from storage.overview import SqlOverview
from storage.work_queue.connection import QueueAddress
from tests.support.postgres import Server


def test_the_settings_reach_the_pool_and_the_server(
    postgresql15: Server, tmp_path: Path
) -> None:
    settings = Settings(
        data=tmp_path,
        database_url=SecretStr(postgresql15.lend()),
        database_lock_timeout_seconds=3,
        database_pool_size=2,
        database_max_overflow=1,
        database_pool_timeout_seconds=1,
        database_recycle_seconds=77,
        database_statement_timeout_seconds=11,
        database_idle_transaction_seconds=13,
    )
    database = open_database(DataFolder(tmp_path), settings)
    pool = database._backend.writer.pool
    assert pool is database._backend.reader.pool
    assert {
        name: getattr(pool, name)
        for name in ("_max_overflow", "_timeout", "_recycle", "_pre_ping")
    } == {"_max_overflow": 1, "_timeout": 1, "_recycle": 77, "_pre_ping": True}
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with database.reading() as first, database.reading(), database.writing():
        shown = [first.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
        with pytest.raises(ServiceUnavailable), database.reading():
            pass  # two are kept open, and one more
    assert shown == ["11s", "3s", "13s"]
    database.close()


def test_a_server_that_vanished_is_given_up_in_half_a_minute(
    postgresql15: Server,
) -> None:
    """Without a word, as after a power cut; the system's own patience is hours."""
    url = f"{postgresql15.lend()}?keepalives_idle=7"  # the operator knows better
    database = Database(url)
    with database.reading() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        assert _patience(raw.fileno()) == (7, 5, 3, 30_000)
    database.close()
    with psycopg.connect(**QueueAddress(url).pool(1)["kwargs"]) as queue:
        assert _patience(queue.fileno()) == (7, 5, 3, 30_000)


def _patience(descriptor: int) -> tuple[int, ...]:
    names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
    with socket.socket(fileno=os.dup(descriptor)) as tcp:
        return tuple(
            tcp.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names
        )


def test_a_server_that_only_reads_is_known(postgresql15: Server) -> None:
    """As a standby does, before it is promoted; every read of it goes well."""
    with postgresql15.fresh() as url:
        overview = SqlOverview(database=(database := Database(url)))
        assert overview.can_write()
        database.close()
        name = url.rpartition("/")[2]
        reads = "ALTER DATABASE {} SET default_transaction_read_only = on"
        postgresql15.execute(reads, name)
        assert not overview.can_write()
        assert overview.schema_is_current()
        database.close()


def test_a_statement_that_takes_too_long_is_ended(postgresql15: Server) -> None:
    limits = ServerLimits(statement_timeout_seconds=0.2)
    database = Database(postgresql15.lend(), limits=limits)
    with pytest.raises(ServiceUnavailable), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(20)"))
    with database.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.close()


def test_a_transaction_that_lies_idle_is_ended_with_its_locks(
    postgresql15: Server,
) -> None:
    url = postgresql15.lend()
    database = Database(url, limits=ServerLimits(idle_in_transaction_seconds=0.2))
    other = Database(url, busy_timeout_seconds=5)
    with pytest.raises(ServiceUnavailable):
        _lie_idle(database, other)
    for one in (database, other):
        one.close()


def _lie_idle(database: Database, other: Database) -> None:
    lock = text("SELECT pg_advisory_xact_lock(7)")
    with database.writing() as idle:
        idle.execute(lock)
        with other.writing() as waiting:
            waiting.execute(lock)  # given when the idle one was ended
        idle.execute(text("SELECT 1"))
