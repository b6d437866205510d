"""Rows of `renewals` inside a caller's transaction: watch, protection, census."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from certify.attestation import CertifiedCopy, IssuanceStep, StoredObject
from certify.protection import Protection
from certify.renewal import Census, DueEdition
from storage import recovered_reads, register_reads
from storage.lease import latest_retry
from storage.tables import attestations, editions, recovered_copies, renewals

_Algorithms = Collection[tuple[str, ...]]


def watch(
    connection: Connection,
    attestation_id: str,
    sha256: str,
    protection: Protection | None,
) -> None:
    """Watch a released file as the newest edition of its attestation.

    A row that is there keeps its attempts and its lease.
    """
    values = {"sha256": sha256, **protection_columns(protection)}
    changed = connection.execute(
        update(renewals)
        .where(renewals.c.attestation_id == attestation_id)
        .values(**values)
    )
    if changed.rowcount == 0:
        connection.execute(
            insert(renewals).values(
                attestation_id=attestation_id,
                fence=0,
                attempts=0,
                cause="",
                failures=0,
                **values,
            )
        )


def watch_all(connection: Connection) -> int:
    """Watch what was released and is not watched, or not as its newest edition."""
    unwatched = [*_unwatched_editions(connection), *_unwatched_copies(connection)]
    for attestation_id, sha256 in unwatched:
        watch(connection, attestation_id, sha256, None)
    return len(unwatched)


def protection_columns(protection: Protection | None) -> dict[str, Any]:
    """Columns of a protection; NULL when it was not measured."""
    if protection is None:
        return {"protected_until": None, "algorithms": None}
    return {
        "protected_until": protection.until,
        "algorithms": " ".join(protection.algorithms),
    }


def released_copy(connection: Connection, attestation_id: str) -> CertifiedCopy | None:
    """Read a released copy, wherever it is kept."""
    return register_reads.copy_where(
        connection, attestations.c.id == attestation_id
    ) or recovered_reads.copy_by_attestation(connection, attestation_id)


def algorithms_in_use(connection: Connection) -> Sequence[tuple[str, ...]]:
    """Read every different set of algorithms: one look into the index for each."""
    found: list[str] = []
    while names := connection.scalar(
        select(func.min(renewals.c.algorithms)).where(
            renewals.c.algorithms > (found[-1] if found else "")
        )
    ):
        found.append(names)
    return [tuple(names.split()) for names in found]


def next_due(
    connection: Connection,
    before: datetime,
    algorithms: _Algorithms,
    *,
    now: datetime,
    longest: datetime,
    limit: int,
) -> Sequence[str]:
    """Read ids whose time has come and that nobody has, the most urgent first.

    A lease that ends after `longest` is nobody's, see `storage.lease`. Each cause is
    asked by its own index and no further than the limit.
    """
    urgency = func.coalesce(renewals.c.protected_until, "").label("urgency")
    until, retry_at = renewals.c.lease_until, renewals.c.retry_at
    causes = (
        select(renewals.c.attestation_id, urgency)
        .where(
            cause,
            or_(retry_at.is_(None), retry_at <= now, retry_at > latest_retry(now)),
            or_(until.is_(None), until <= now, until > longest),
        )
        .order_by(renewals.c.protected_until, renewals.c.attestation_id)
        .limit(limit)
        for cause in _causes(before, algorithms)
    )
    due = union(*(select(cause.subquery()) for cause in causes)).subquery()
    return connection.scalars(
        select(due.c.attestation_id)
        .order_by(due.c.urgency, due.c.attestation_id)
        .limit(limit)
    ).all()


def census(connection: Connection, before: datetime, algorithms: _Algorithms) -> Census:
    """Count releases and watched rows; name what is due, the most urgent first."""
    due = connection.execute(
        select(renewals)
        .where(_is_due(before, algorithms))
        .order_by(
            func.coalesce(renewals.c.protected_until, ""), renewals.c.attestation_id
        )
    )
    watched = connection.scalar(select(func.count()).select_from(renewals)) or 0
    return Census(
        released=_released(connection),
        watched=watched,
        due=tuple(
            DueEdition(row.attestation_id, as_protection(row), row.cause) for row in due
        ),
    )


def as_protection(row: Row[tuple[Any, ...]]) -> Protection | None:
    """Build the protection of a row."""
    if row.protected_until is None:
        return None
    return Protection(row.protected_until, tuple(row.algorithms.split()))


def add_file(
    connection: Connection,
    copy: CertifiedCopy,
    stored: StoredObject,
    attempt: int,
    now: datetime,
) -> None:
    """Add a renewed file of a recovered copy: a row like that of the newest one."""
    newest = connection.execute(
        select(recovered_copies).where(
            recovered_copies.c.sha256 == copy.newest.stored.sha256
        )
    ).one()
    connection.execute(
        insert(recovered_copies).values(
            {
                **newest._mapping,  # noqa: SLF001 - public API of SQLAlchemy despite its name
                "sha256": stored.sha256,
                "object_key": stored.key,
                "version_id": stored.version_id,
                "size_bytes": stored.size_bytes,
                "recovered_at": now,
                "renewal": attempt,
            }
        )
    )


def _is_due(before: datetime, algorithms: _Algorithms) -> ColumnElement[bool]:
    return or_(*_causes(before, algorithms))


def _causes(before: datetime, algorithms: _Algorithms) -> Iterator[ColumnElement[bool]]:
    yield renewals.c.protected_until.is_(None)
    yield renewals.c.protected_until <= before
    for names in algorithms:
        yield renewals.c.algorithms == " ".join(names)


def _released(connection: Connection) -> int:
    """Count released attestations, those that a restore brought back included."""
    registered = select(func.count()).where(
        attestations.c.step == IssuanceStep.RELEASED.value
    )
    recovered = select(func.count(recovered_copies.c.attestation_id.distinct()))
    return (connection.scalar(registered) or 0) + (connection.scalar(recovered) or 0)


def _unwatched_editions(connection: Connection) -> list[tuple[str, str]]:
    later = editions.alias()
    found = connection.execute(
        select(editions.c.attestation_id, editions.c.sha256)
        .outerjoin(renewals, renewals.c.attestation_id == editions.c.attestation_id)
        .where(
            or_(renewals.c.sha256.is_(None), renewals.c.sha256 != editions.c.sha256),
            ~exists().where(
                later.c.attestation_id == editions.c.attestation_id,
                later.c.sequence > editions.c.sequence,
            ),
        )
    )
    return [(row.attestation_id, row.sha256) for row in found]


def _unwatched_copies(connection: Connection) -> list[tuple[str, str]]:
    """Recovered ones; a restore leaves few of them."""
    table = recovered_copies
    newest = {
        row.attestation_id: row.sha256
        for row in connection.execute(
            select(table.c.attestation_id, table.c.sha256).order_by(
                *recovered_reads.ORDER
            )
        )
    }
    watched = {
        row.attestation_id: row.sha256
        for row in connection.execute(
            select(renewals.c.attestation_id, renewals.c.sha256).where(
                renewals.c.attestation_id.in_(select(table.c.attestation_id))
            )
        )
    }
    return [(i, sha256) for i, sha256 in newest.items() if watched.get(i) != sha256]
