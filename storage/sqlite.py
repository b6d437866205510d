"""SQLite: one file, WAL, and a write lock taken before the first read."""

import os
import sqlite3
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from certify.errors import CertifyError, ServiceUnavailable, StoredDataDamaged
from storage import sqlite_dump
from storage.backend import SERVICE

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


class SqliteBackend:
    """Fills `Backend` with one file.

    A writer starts with BEGIN IMMEDIATE. A deferred transaction that reads first and
    writes later fails with SQLITE_BUSY at once, without waiting, when another process
    wrote in between; and two workers could both read the same last number.
    """

    def __init__(self, url: URL, *, busy_timeout_seconds: float) -> None:
        """Connect on first use."""
        self._busy_timeout_seconds = busy_timeout_seconds
        self.reader: Engine = create_engine(
            url,
            connect_args={"timeout": busy_timeout_seconds},
            hide_parameters=True,  # an error must not tell what was written
        )
        self.writer: Engine = self.reader.execution_options(writes=True)
        event.listen(self.reader, "connect", _configure)
        event.listen(self.reader, "begin", _begin)

    def prepare(self) -> None:
        """Make the file private and WAL; the mode is kept in the file."""
        path = self.reader.url.database
        if not path:
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
                with self.reader.connect() as connection:
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

    def lock_schema(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has taken the only lock there is."""

    def compact(self) -> None:
        """Write the file anew and empty the WAL: no page of before is left."""
        try:
            with self.reader.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is None:
                    raise RuntimeError("connection was closed")
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise ServiceUnavailable(service=SERVICE) from error

    def version(self, connection: Connection) -> str:
        """Name the library that is part of this process."""
        return (
            f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar()}"
        )

    def can_write(self) -> bool:
        """Ask the file system, which may have been mounted anew to read only."""
        return os.access(self._file, os.W_OK)

    def server_time(self, connection: Connection) -> datetime | None:  # noqa: ARG002 - of the protocol
        """SQLite has no clock but ours."""
        return None

    def meaning(self, error: DBAPIError) -> CertifyError | None:
        """Tell by the result code."""
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

    @property
    def _file(self) -> Path:
        return Path(self.reader.url.database or "")

    def is_empty(self) -> bool:
        """Look for the file."""
        return sqlite_dump.is_empty(self._file)

    def dump(self, target: Path) -> None:
        """By the online backup API."""
        sqlite_dump.dump(self._file, target)

    def load(self, source: Path) -> None:
        """Copy the file."""
        sqlite_dump.load(source, self._file)


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun below, not guessed by the driver.
    connection.isolation_level = None
    # FULL: a commit survives a power cut, in WAL mode too.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is erased or written anew is overwritten in the file, not only let go.
    connection.execute("PRAGMA secure_delete = ON")
    # Else INSERT OR REPLACE deletes a row without firing its DELETE trigger.
    connection.execute("PRAGMA recursive_triggers = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")
