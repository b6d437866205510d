"""Rows of the trail for the audit, and whether what they recorded is still there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Table, and_, func, literal, select

from certify.auditing.ports import Link
from storage.audit import Action, digest_holds, reason_holds
from storage.database import Database
from storage.desk_reads import as_number
from storage.personal import readable
from storage.tables import (
    annulments,
    attestations,
    authorities,
    book_rows,
    desk_records,
    originals,
    recovered_copies,
    trail,
    trail_reasons,
    withdrawals,
)

_Row = Row[tuple[Any, ...]]
_Lost = Mapping[int, str]


class SqlAuditedTrail:
    """Fills the `AuditedTrail` port."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def authorities(self) -> Sequence[str]:
        """Return ids in order."""
        with self._database.reading() as connection:
            found = connection.scalars(select(authorities.c.id))
            return sorted(found)  # as Python sorts, whatever the database's collation

    def count(self) -> int:
        """Count the rows of all chains by their newest numbers."""
        with self._database.reading() as connection:
            return sum(
                connection.scalar(
                    select(func.max(trail.c.sequence)).where(
                        trail.c.authority_id == id_
                    )
                )
                or 0
                for id_ in connection.scalars(select(authorities.c.id)).all()
            )

    def page(self, authority_id: str, after: int, limit: int) -> Sequence[Link]:
        """Return rows with a greater number, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(trail, *readable(trail_reasons, "salt", "reason"))
                .outerjoin(
                    trail_reasons,
                    and_(
                        trail_reasons.c.authority_id == trail.c.authority_id,
                        trail_reasons.c.sequence == trail.c.sequence,
                    ),
                )
                .where(
                    trail.c.authority_id == authority_id,
                    trail.c.sequence > literal(after, BigInteger),
                )
                .order_by(trail.c.sequence)
                .limit(limit)
            ).all()
            lost = _lost(connection, rows)
        return [
            Link(
                sequence=row.sequence,
                previous=row.previous,
                digest=row.digest,
                holds=digest_holds(row),
                reason_holds=reason_holds(row),
                lost=lost.get(row.sequence, ""),
            )
            for row in rows
        ]


def _lost(connection: Connection, rows: Sequence[_Row]) -> _Lost:
    """Return number of a row → what it recorded that is no longer on record."""
    return {
        **_gone(connection, rows, _RECORDS, desk_records, "id"),
        **_gone(connection, rows, (Action.REFUSAL_WITHDRAW,), withdrawals, "record_id"),
        **_gone(connection, rows, (Action.COPY_ANNUL,), annulments, "attestation_id"),
        **_lost_attestations(connection, rows),
        **_lost_numbers(connection, rows),
    }


_RECORDS = (Action.REFUSAL_RECORD, Action.FORGERY_RECORD)


def _gone(
    connection: Connection,
    rows: Sequence[_Row],
    actions: Sequence[Action],
    table: Table,
    column: str,
) -> _Lost:
    """Rows whose subject has no row in a table."""
    wanted = {row.sequence: row.subject for row in rows if row.action in actions}
    if not wanted:
        return {}
    key = table.c[column]
    there = set(
        connection.scalars(select(key).where(key.in_(sorted(set(wanted.values())))))
    )
    return {n: f"{table.name}/{s}" for n, s in wanted.items() if s not in there}


def _details(
    connection: Connection, subjects: Collection[str], action: Action
) -> Sequence[Mapping[str, Any]]:
    return connection.scalars(
        select(trail.c.details).where(
            trail.c.subject.in_(sorted(subjects)), trail.c.action == action.value
        )
    ).all()


def _lost_attestations(connection: Connection, rows: Sequence[_Row]) -> _Lost:
    """Compared originals whose attestation is gone, and nobody dropped it."""
    gone = _gone(connection, rows, (Action.COMPARISON_RECORD,), attestations, "id")
    if not gone:
        return {}
    compared = {row.details.get("original", "") for row in rows if row.sequence in gone}
    visits = connection.scalars(
        select(originals.c.case_id).where(originals.c.id.in_(sorted(compared)))
    )
    dropping = [
        *_details(connection, compared, Action.SCAN_ATTACH),
        *_details(connection, set(visits), Action.PERSON_ERASE),
    ]
    dropped = {
        f"{attestations.name}/{one}"
        for details in dropping
        for one in (details.get("dropped") or "").split()
    }
    return {n: what for n, what in gone.items() if what not in dropped}


def _lost_numbers(connection: Connection, rows: Sequence[_Row]) -> _Lost:
    """Numbers given out that nothing holds, or somebody else does."""
    given = {
        row.sequence: (row.subject, row.details.get("book"), row.details.get("number"))
        for row in rows
        if row.action in _NUMBERED
    }
    subjects = sorted({subject for subject, *_ in given.values()})
    held = {
        (row.attestation_id, as_number(row).book, row.number)
        for table in (book_rows, recovered_copies)
        for row in connection.execute(
            select(*readable(table, *_NUMBER)).where(
                table.c.attestation_id.in_(subjects)
            )
        )
    }
    return {n: f"{g[1]}/{g[2]}" for n, g in given.items() if g not in held}


_NUMBERED = (Action.COPY_RESERVE, Action.COPY_RECOVER)
_NUMBER = ("attestation_id", "authority_id", "kind", "year", "volume", "number")
