"""Released files for the audit, and what the trail says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    cast,
    func,
    literal,
    null,
    outerjoin,
    select,
    union_all,
)

from certify.attestation import CertifiedCopy, IssuanceStep, StoredObject, TrailHead
from certify.auditing.ports import EditionFacts, KnownAttempt
from certify.errors import StoredDataDamaged
from storage import recovered_reads, register_reads
from storage.audit import Action
from storage.auditing.acts import Recorded, recorded
from storage.database import Database
from storage.tables import attestations, editions, recovered_copies

_Row = Row[tuple[Any, ...]]
_RELEASES = (Action.COPY_RELEASE, Action.COPY_RENEW, Action.COPY_RECOVER)
_INTENTS = (Action.COPY_INTEND, Action.RENEWAL_INTEND)
_INTENT_OF = {
    Action.COPY_RELEASE: Action.COPY_INTEND,
    Action.COPY_RENEW: Action.RENEWAL_INTEND,
}


class SqlAuditedEditions:
    """Fills the `AuditedEditions` and `KnownObjects` ports."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def count(self) -> int:
        """Count released files."""
        with self._database.reading() as connection:
            return sum(
                connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (editions, recovered_copies)
            )

    def page(self, after: str, limit: int) -> Sequence[EditionFacts]:
        """Return the next released files in order of SHA-256."""
        with self._database.reading() as connection:
            rows = _files(connection, after, limit)
            ids = {row.attestation_id for row in rows}
            acts = recorded(
                connection, ids, (*_RELEASES, *_INTENTS, Action.COPY_RESERVE)
            )
        return [_facts(row, acts.get(row.attestation_id, ())) for row in rows]

    def copy(self, attestation_id: str) -> CertifiedCopy | None:
        """Return a released copy; None if its statement is damaged."""
        with self._database.reading() as connection:
            try:
                return register_reads.copy_where(
                    connection, attestations.c.id == attestation_id
                ) or recovered_reads.copy_by_attestation(connection, attestation_id)
            except StoredDataDamaged:
                return None  # named by the part that holds statements against the trail

    def registered(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return key → version of those that are released files."""
        digests = {key.rpartition("/")[2] for key in keys}
        found = {}
        with self._database.reading() as connection:
            for table in (editions, recovered_copies):
                rows = connection.execute(
                    select(
                        table.c.object_key, table.c.version_id, table.c.sha256
                    ).where(table.c.sha256.in_(sorted(digests)))
                ).all()
                # Of two rows that claim one object, the one it is named for wins.
                for row in sorted(rows, key=lambda r: r.object_key.endswith(r.sha256)):
                    found[row.object_key] = row.version_id
        return found

    def attempts(self, attestation_id: str) -> frozenset[KnownAttempt]:
        """Return every attempt of an attestation that the trail knows of."""
        with self._database.reading() as connection:
            acts = recorded(connection, [attestation_id], _INTENTS)
        found = set()
        for act in acts.get(attestation_id, ()):
            is_renewal = act.action is Action.RENEWAL_INTEND
            digest = act.details["base" if is_renewal else "composed"]
            found.add(
                KnownAttempt(
                    is_renewal=is_renewal, attempt=act.details["attempt"], digest=digest
                )
            )
        return frozenset(found)


def _files(connection: Connection, after: str, limit: int) -> Sequence[_Row]:
    """Read the next rows of both tables; each is asked by its index on SHA-256."""
    columns = ("attestation_id", "sha256", "object_key", "version_id", "size_bytes")
    parts = []
    for table, origin, *more in (
        (
            editions,
            outerjoin(editions, attestations),
            attestations.c.step,
            attestations.c.intent_attested_at,
            editions.c.sequence,
            editions.c.reason,
            editions.c.released_at,
        ),
        (
            recovered_copies,
            recovered_copies,
            literal(IssuanceStep.RELEASED.value).label("step"),
            recovered_copies.c.intent_attested_at,
            # of these the order is that of the attempts, which their evidence names
            cast(null(), editions.c.sequence.type).label("sequence"),
            cast(null(), editions.c.reason.type).label("reason"),
            recovered_copies.c.recovered_at.label("released_at"),
        ),
    ):
        part = (
            select(*(table.c[name] for name in columns), *more)
            .select_from(origin)
            .where(table.c.sha256 > after)
            .order_by(table.c.sha256)
            .limit(limit)
        )
        parts.append(select(part.subquery()))
    both = union_all(*parts).subquery()
    return connection.execute(select(both).order_by(both.c.sha256).limit(limit)).all()


def _facts(row: _Row, acts: Sequence[Recorded]) -> EditionFacts:
    order = [act.details["file"] for act in acts if act.action in _RELEASES]
    releases = [act for act in acts if _names(act, row)]
    return EditionFacts(
        attestation_id=row.attestation_id,
        stored=StoredObject(row.object_key, row.version_id, row.sha256, row.size_bytes),
        is_released=row.step == IssuanceStep.RELEASED,
        is_committed=bool(releases) and _placed(row, releases[0], order),
        kept_from=_kept_from(releases[0], acts, row) if releases else None,
        heads=frozenset(head for act in acts for head in _heads(act)),
    )


def _names(act: Recorded, row: _Row) -> bool:
    """Tell whether an act released this very file; a recovery names no version."""
    return (
        act.action in _RELEASES
        and act.details["file"] == row.sha256
        and act.details.get("version", row.version_id) == row.version_id
    )


def _placed(row: _Row, release: Recorded, order: Sequence[str]) -> bool:
    """Tell whether a file is the edition that its release made it, of that time."""
    if row.released_at != release.at:
        return False
    sequence = order.index(row.sha256) + 1
    reason = "issued" if sequence == 1 else "renewed"
    return row.sequence is None or (row.sequence, row.reason) == (sequence, reason)


def _kept_from(
    release: Recorded, acts: Sequence[Recorded], row: _Row
) -> datetime | None:
    """A file is locked after its attempt was written down and before its release."""
    intended = _INTENT_OF.get(release.action)
    if intended is None:  # recovered: the trail of its making is lost
        attested_at: datetime | None = row.intent_attested_at
        return attested_at
    return next(
        (
            act.at
            for act in acts
            if act.action is intended
            and act.details["attempt"] == release.details["attempt"]
        ),
        None,
    )


def _heads(act: Recorded) -> Sequence[TrailHead]:
    if act.action is Action.COPY_RESERVE:
        return (act.head,)
    if act.action is Action.COPY_RECOVER:
        # A row written at recovery names the recovery itself as the head.
        lost = TrailHead(act.details["lost_sequence"], act.details["lost_digest"])
        return (lost, act.head)
    return ()
