"""PostgreSQL 15 or newer, through psycopg 3 (docs/decisions/0020-postgresql.md).

Writers run READ COMMITTED and take row locks (`FOR UPDATE`) before they read what they
decide by, always in this order: case, attestation, authority. Readers see one snapshot
(REPEATABLE READ, READ ONLY) and wait for nobody.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from certify.errors import (
    CertifyError,
    NotAllowed,
    ServiceUnavailable,
    StoredDataDamaged,
)
from storage import postgresql_dump
from storage.backend import SERVICE, TCP_PATIENCE, ServerLimits

# SQLSTATEs that say "not now" (PostgreSQL 18, appendix A); classes by two characters.
_AWAY_CLASSES = frozenset(
    {
        "08",  # connection exception
        "28",  # invalid authorization: an operator is changing it, or has to
        "40",  # transaction rollback: serialization failure, deadlock
        "53",  # insufficient resources: disk full, too many connections
        "57",  # operator intervention: shutdown, failover, statement timeout
        "58",  # system error: I/O
    }
)
_AWAY = frozenset(
    {
        "25006",  # read_only_sql_transaction: a standby, before it is promoted
        "25P03",  # idle_in_transaction_session_timeout
        "3D000",  # invalid_catalog_name: the database is not there (yet)
        "55P03",  # lock_not_available: waited longer than lock_timeout
    }
)
_DAMAGED = frozenset({"XX001", "XX002"})  # data_corrupted, index_corrupted
_NO_PRIVILEGE = "42501"

_SCHEMA_LOCK = 0x63657274696679  # "certify": advisory locks are numbers
_SCHEMA_PATIENCE_SECONDS = 300


class PostgresBackend:
    """Fills `Backend` with a server."""

    def __init__(
        self, url: URL, *, lock_timeout_seconds: float, limits: ServerLimits
    ) -> None:
        """Connect on first use.

        Args:
            url: "postgresql://…"; libpq's PGPASSFILE counts where it has no password.
            lock_timeout_seconds: how long to wait for another writer's row.
            limits: of the pool and the server.
        """
        self._url = url
        self._lock_timeout = _milliseconds(lock_timeout_seconds)
        settings = {
            "statement_timeout": _milliseconds(limits.statement_timeout_seconds),
            "lock_timeout": self._lock_timeout,
            "idle_in_transaction_session_timeout": _milliseconds(
                limits.idle_in_transaction_seconds
            ),
            "timezone": "UTC",
        }
        given = url.query.get("options", "")
        options = [given if isinstance(given, str) else " ".join(given)]
        options += [f"-c {name}={value}" for name, value in settings.items()]
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=limits.pool_size,
            max_overflow=limits.max_overflow,
            pool_timeout=limits.pool_timeout_seconds,
            pool_recycle=limits.recycle_seconds,
            pool_pre_ping=True,
            pool_use_lifo=True,  # idle ones grow old together and are given back
            hide_parameters=True,  # an error must not tell what was written
            connect_args={
                **{k: v for k, v in TCP_PATIENCE.items() if k not in url.query},
                "connect_timeout": limits.connect_timeout_seconds,
                "application_name": "certify",
                "options": " ".join(options).strip(),
            },
        )
        self.writer: Engine = engine.execution_options(isolation_level="READ COMMITTED")
        self.reader: Engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def prepare(self) -> None:
        """Nothing: the operator has created the database."""

    def lock_schema(self, connection: Connection) -> None:
        """Wait for another process that migrates; then take what time it needs."""
        _set(connection, "statement_timeout", 0)
        _set(connection, "lock_timeout", _milliseconds(_SCHEMA_PATIENCE_SECONDS))
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK}
        )
        # Tables are waited for as usual: who waits for one keeps all others waiting.
        _set(connection, "lock_timeout", self._lock_timeout)

    def compact(self) -> None:
        """Nothing: old row versions go with the server's own VACUUM.

        They are in no dump. An administrator may run VACUUM FULL at once
        (`docs/privacy.md`); it locks tables, so a program does not.
        """

    def version(self, connection: Connection) -> str:
        """Name the server, without what its packager adds."""
        version = str(connection.exec_driver_sql("SHOW server_version").scalar())
        return f"PostgreSQL {version.partition(' ')[0]}"

    def can_write(self) -> bool:
        """Ask the server: a standby reads only, until it is promoted."""
        with self.writer.begin() as connection:
            shown = connection.exec_driver_sql("SHOW transaction_read_only").scalar()
            return shown == "off"

    def server_time(self, connection: Connection) -> datetime | None:
        """Ask the server's clock."""
        now = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now if isinstance(now, datetime) else None

    def meaning(self, error: DBAPIError) -> CertifyError | None:
        """Tell by the SQLSTATE; a connection that is gone has none."""
        if isinstance(error, IntegrityError):
            return None
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            away = isinstance(error, OperationalError | InterfaceError)
            return ServiceUnavailable(service=SERVICE) if away else None
        if state[:2] in _AWAY_CLASSES or state in _AWAY:
            return ServiceUnavailable(service=SERVICE)
        if state in _DAMAGED:
            return StoredDataDamaged(what="cơ sở dữ liệu")
        if state == _NO_PRIVILEGE:
            return NotAllowed(reason=NO_PRIVILEGE)
        return None

    def is_empty(self) -> bool:
        """Look for tables."""
        with self.reader.begin() as connection:
            return postgresql_dump.is_empty(connection)

    def dump(self, target: Path) -> None:
        """By pg_dump."""
        postgresql_dump.dump(self._url, target)

    def load(self, source: Path) -> None:
        """By pg_restore."""
        postgresql_dump.load(self._url, source)


NO_PRIVILEGE = (
    "tài khoản cơ sở dữ liệu của dịch vụ thiếu quyền; hãy chạy "
    "certify database migrate bằng tài khoản chủ sở hữu các bảng"
)


def _set(connection: Connection, name: str, value: int) -> None:
    """Set a parameter until the transaction ends."""
    connection.execute(
        text("SELECT set_config(:name, :value, true)"),
        {"name": name, "value": str(value)},
    )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
