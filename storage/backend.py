"""What differs between the databases: one class for each fills `Backend`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from certify.errors import CertifyError

SERVICE = "Cơ sở dữ liệu"

TCP_PATIENCE: Mapping[str, int] = MappingProxyType(
    {
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }
)
"""Parameters of libpq: seconds, a count, milliseconds.

A server that vanished without a word (power cut, an address that moved, a firewall) is
missed by TCP alone, in half a minute; the system's own patience is two hours.
"""


@dataclass(frozen=True)
class ServerLimits:
    """How patient we are with a database server; SQLite has none of these.

    Attributes:
        pool_size: connections that one process keeps open.
        max_overflow: further ones it may open for a while.
        pool_timeout_seconds: how long a thread waits for a connection.
        recycle_seconds: age at which a connection is replaced, so that a proxy or a
            firewall never cuts it first.
        connect_timeout_seconds: how long a server may take to answer.
        statement_timeout_seconds: longest statement; migrations are exempt.
        idle_in_transaction_seconds: how long a transaction may lie idle before the
            server ends it, and with it the locks of a process that hangs.
    """

    pool_size: int = 5
    max_overflow: int = 10
    pool_timeout_seconds: float = 10.0
    recycle_seconds: int = 1800
    connect_timeout_seconds: int = 5
    statement_timeout_seconds: float = 30.0
    idle_in_transaction_seconds: float = 60.0


class Backend(Protocol):
    """One kind of database."""

    reader: Engine
    """Begins transactions that see one snapshot."""

    writer: Engine
    """Begins transactions that write."""

    def prepare(self) -> None:
        """Make ready what must be there before the first transaction."""

    def lock_schema(self, connection: Connection) -> None:
        """Let one process at a time change the tables, until the transaction ends."""

    def compact(self) -> None:
        """Let nothing be left in files of rows as they were before."""

    def version(self, connection: Connection) -> str:
        """Name the software and its version."""

    def can_write(self) -> bool:
        """Tell whether writing is allowed at all; takes no lock to find out."""

    def server_time(self, connection: Connection) -> datetime | None:
        """Tell what the server's clock shows, aware; None where it is this machine's.

        Not the time at which the transaction began.
        """

    def meaning(self, error: DBAPIError) -> CertifyError | None:
        """Tell an outage from damage; None is a fault of ours or a broken rule."""

    def is_empty(self) -> bool:
        """Tell whether nothing was ever stored here."""

    def dump(self, target: Path) -> None:
        """Write one consistent snapshot to a new file."""

    def load(self, source: Path) -> None:
        """Fill this empty database from what `dump` wrote."""
