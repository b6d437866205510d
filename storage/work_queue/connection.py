"""Connections to the queue: those of Procrastinate, apart from SQLAlchemy's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict

from certify.errors import ServiceUnavailable
from storage.backend import SERVICE, TCP_PATIENCE, ServerLimits
from storage.work_queue.schema import QUEUE_SCHEMA

# They would tell the server's address and quote its answers; we log what happened.
SILENT = ("procrastinate", "psycopg.pool")


@dataclass(frozen=True)
class QueueAddress:
    """Where the queue is.

    Attributes:
        url: "postgresql://…", as for `storage.database`.
        password: takes the place of the one in the address.
    """

    url: str = field(repr=False)
    password: str = field(repr=False, default="")
    limits: ServerLimits = field(default_factory=ServerLimits)

    def pool(self, size: int) -> dict[str, Any]:
        """Return the arguments of a pool of at most so many connections."""
        for name in SILENT:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        given = dict(conninfo_to_dict(self.url))
        if self.password:
            given["password"] = self.password
        settings = {
            "search_path": QUEUE_SCHEMA,
            "statement_timeout": round(self.limits.statement_timeout_seconds * 1000),
            "timezone": "UTC",
        }
        options = [str(given.get("options") or "")]
        options += [f"-c {name}={value}" for name, value in settings.items()]
        return {
            "kwargs": dict(TCP_PATIENCE)
            | given
            | {
                "application_name": "certify-queue",
                "connect_timeout": self.limits.connect_timeout_seconds,
                "options": " ".join(options).strip(),
            },
            "min_size": 0,
            "max_size": size,
            "timeout": self.limits.pool_timeout_seconds,
        }


@contextmanager
def away_is_unavailable() -> Iterator[None]:
    """Turn a server that is away into "try later"."""
    try:
        yield
    except (ConnectorException, OperationalError) as error:
        raise ServiceUnavailable(service=SERVICE) from error
