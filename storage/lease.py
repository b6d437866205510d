"""The lease on an attestation: at most one worker can commit anything (design §3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from certify.attestation import Lease
from certify.errors import LeaseLost
from certify.retry import PERSONS_PAUSE, Waiting
from storage.tables import attestations

# An act that begins anew: nothing is waited for, no failure counts any longer.
NOT_WAITING: Mapping[str, Any] = MappingProxyType(
    {"waiting": None, "waiting_cause": None, "retry_at": None, "failures": 0}
)

CLOCKS_APART = timedelta(minutes=1)
"""Of two machines at most; health checks complain long before."""


def latest_end(now: datetime, lease: timedelta) -> datetime:
    """Return when the lease of a living worker ends at the latest.

    One that ends later was begun on a clock that has stepped back since; the fence
    keeps its holder from any commit.
    """
    return now + lease + CLOCKS_APART


def is_held(until: datetime | None, now: datetime, lease: timedelta) -> bool:
    """Tell whether a lease that ends then may be a living worker's."""
    return until is not None and now < until <= latest_end(now, lease)


def latest_retry(now: datetime) -> datetime:
    """Return until when anything waits; what waits longer is due: see `latest_end`."""
    return now + PERSONS_PAUSE + CLOCKS_APART


def held_row(
    connection: Connection, lease: Lease, now: datetime
) -> Row[tuple[Any, ...]]:
    """Read and lock the attestation's row if the lease still holds.

    Raises:
        LeaseLost: overtaken, ended or expired.
    """
    row = connection.execute(
        select(attestations).where(_holds(lease, now)).with_for_update()
    ).first()
    if row is None:
        raise LeaseLost
    return row


def update_held(
    connection: Connection,
    lease: Lease,
    now: datetime,
    **values: Any,  # noqa: ANN401 - column values
) -> None:
    """Change the attestation's row, if and only if the lease still holds.

    Raises:
        LeaseLost: overtaken, ended or expired; nothing was changed.
    """
    changed = connection.execute(
        update(attestations).where(_holds(lease, now)).values(**values)
    )
    if changed.rowcount != 1:
        raise LeaseLost


def end_lease(connection: Connection, lease: Lease, waiting: Waiting | None) -> bool:
    """End a lease, expired or not; False when it was overtaken or is over."""
    waits: Mapping[str, object] = NOT_WAITING
    if waiting is not None:
        waits = {
            "waiting": waiting.sentence,
            "waiting_cause": waiting.cause or None,
            "retry_at": waiting.retry_at,
            "failures": attestations.c.failures + 1,
        }
    ended = connection.execute(
        update(attestations)
        .where(_owned(lease))
        .values(lease_owner=None, lease_until=None, **waits)
    )
    return ended.rowcount == 1


def _owned(lease: Lease) -> ColumnElement[bool]:
    return and_(
        attestations.c.id == lease.attestation_id,
        attestations.c.lease_owner == lease.worker,
        attestations.c.fence == lease.fence,
    )


def _holds(lease: Lease, now: datetime) -> ColumnElement[bool]:
    return and_(_owned(lease), attestations.c.lease_until > now)
