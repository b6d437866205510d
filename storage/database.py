"""The database: connections, transactions, and what its failures mean."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql import column, table

from certify.errors import CertifyError, ServiceUnavailable, StoredDataDamaged
from storage.migrations import HEAD, upgrade

SERVICE = "Cơ sở dữ liệu"

# SQLite result codes that say "not now"; the others of OperationalError, such as a
# missing table, are faults of ours and pass through. https://sqlite.org/rescode.html
_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Database:
    """One database, used by any number of threads and processes."""

    def __init__(self, url: str, *, busy_timeout_seconds: float = 10.0) -> None:
        """Connect on first use.

        Args:
            url: SQLAlchemy address, e.g. "sqlite:////var/lib/certify/register.db".
            busy_timeout_seconds: how long SQLite waits for another writer.
        """
        self._engine = _engine(url, busy_timeout_seconds)
        self._writer = self._engine.execution_options(writes=True)
        self._busy_timeout_seconds = busy_timeout_seconds

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed on exit, else rolled back.

        On SQLite it starts with BEGIN IMMEDIATE. A deferred transaction that reads
        first and writes later fails with SQLITE_BUSY at once, without waiting, when
        another process wrote in between; and two workers could both read the same
        last number. Taking the write lock first makes every read in it current.

        Raises:
            ServiceUnavailable: locked too long, unreachable, disk full, read-only.
            StoredDataDamaged: the file is not a readable database.
        """
        with _translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot to read from; never waits for writers on SQLite.

        Raises:
            ServiceUnavailable, StoredDataDamaged: as for `writing`.
        """
        with _translated(), self._engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Create or update the tables. Safe to call at every start, by everybody.

        The whole upgrade is one transaction under the write lock, so that of two
        processes starting together the second finds the work done.

        Raises:
            ServiceUnavailable, StoredDataDamaged: as for `writing`.
        """
        with _translated():
            self._prepare_file()
            with self._engine.begin() as connection:
                if _revision(connection) == HEAD:
                    return
        with self.writing() as connection:
            upgrade(connection)

    def close(self) -> None:
        """Close all pooled connections; the next use opens new ones."""
        self._engine.dispose()

    def _prepare_file(self) -> None:
        """Make an SQLite file private and WAL; the mode is kept in the file."""
        path = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not path:
            return
        try:
            Path(path).touch(mode=0o600)
        except OSError as error:
            raise ServiceUnavailable(service=SERVICE) from error
        # The switch to WAL needs the file alone and does not always wait for it by
        # busy_timeout: two processes creating the file together meet here.
        deadline = time.monotonic() + self._busy_timeout_seconds
        while True:
            try:
                with self._engine.connect() as connection:
                    raw = connection.connection.dbapi_connection
                    if raw is None:
                        raise RuntimeError("connection was closed")
                    raw.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if time.monotonic() > deadline:
                    raise ServiceUnavailable(service=SERVICE) from error
                time.sleep(0.05)
            else:
                return


def _engine(url: str, busy_timeout_seconds: float) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_seconds})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # Transactions are begun below, not guessed by the driver.
        connection.isolation_level = None
        # FULL: a commit survives a power cut, in WAL mode too.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Else INSERT OR REPLACE deletes a row without firing its DELETE trigger.
        connection.execute("PRAGMA recursive_triggers = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")

    return engine


def _revision(connection: Connection) -> str | None:
    """Read the schema's version without paying for the import of Alembic."""
    versions = table("alembic_version", column("version_num"))
    if not inspect(connection).has_table(versions.name):
        return None
    return connection.scalar(select(versions.c.version_num))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise ServiceUnavailable(service=SERVICE) from error
    except (OperationalError, InterfaceError, DatabaseError) as error:
        if (meaning := _meaning(error)) is None:
            raise
        raise meaning from error


def _meaning(error: DBAPIError) -> CertifyError | None:
    """Tell an outage from damage from a fault of ours."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        away = isinstance(error, OperationalError | InterfaceError)
        return ServiceUnavailable(service=SERVICE) if away else None
    primary = code & 0xFF  # extended codes keep the primary one in the low byte
    if primary in _AWAY:
        return ServiceUnavailable(service=SERVICE)
    if primary in _DAMAGED:
        return StoredDataDamaged(what="cơ sở dữ liệu")
    return None
