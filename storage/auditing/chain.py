"""Rows of the trail for the audit, and whether what they recorded is still there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Table,
    and_,
    func,
    literal,
    select,
)

from certify.auditing.ports import Link
from storage.audit import Action, digest_holds, reason_holds
from storage.database import Database
from storage.desk_reads import as_number
from storage.personal import readable
from storage.tables import (
    annulments,
    api_keys,
    attestations,
    authorities,
    book_rows,
    cases,
    confirmation_keys,
    desk_records,
    officers,
    originals,
    recovered_copies,
    seal_authorisations,
    signatories,
    signing_keys,
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
        """Return ids in order, as Python sorts, whatever the database's collation."""
        with self._database.reading() as connection:
            return _authorities(connection)

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
                for id_ in _authorities(connection)
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


def _authorities(connection: Connection) -> Sequence[str]:
    """Return who has a chain: whoever removes an authority leaves its rows behind."""
    found = set(connection.scalars(select(authorities.c.id)))
    id_, after = trail.c.authority_id, ""
    # one look into the index for each
    while after := connection.scalar(select(func.min(id_)).where(id_ > after)) or "":
        found.add(after)
    return sorted(found)


def _lost(connection: Connection, rows: Sequence[_Row]) -> _Lost:
    """Return number of a row → what it recorded that is no longer on record."""
    lost: dict[int, str] = {}
    for action, table, column in _ADDED:
        lost |= _gone(connection, rows, action, table, column)
    return {
        **lost,
        **_lost_attestations(connection, rows),
        **_lost_numbers(connection, rows),
    }


_ADDED: Sequence[tuple[Action, Table, str]] = (
    (Action.AUTHORITY_ADD, authorities, "id"),
    (Action.OFFICER_ADD, officers, "id"),
    (Action.SIGNATORY_ADD, signatories, "id"),
    (Action.SEAL_AUTHORISE, seal_authorisations, "id"),
    (Action.KEY_ENROL, confirmation_keys, "id"),
    (Action.SIGNING_KEY_ADD, signing_keys, "id"),
    (Action.API_KEY_CREATE, api_keys, "id"),
    (Action.CASE_OPEN, cases, "id"),
    (Action.ORIGINAL_ADD, originals, "id"),
    (Action.REFUSAL_RECORD, desk_records, "id"),
    (Action.FORGERY_RECORD, desk_records, "id"),
    (Action.REFUSAL_WITHDRAW, withdrawals, "record_id"),
    (Action.COPY_ANNUL, annulments, "attestation_id"),
)
"""What each of these acts added stays for ever."""


def _gone(
    connection: Connection,
    rows: Sequence[_Row],
    action: Action,
    table: Table,
    column: str,
) -> dict[int, str]:
    """Rows whose subject has no row in a table."""
    wanted = {row.sequence: row.subject for row in rows if row.action == action}
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
    gone = _gone(connection, rows, Action.COMPARISON_RECORD, attestations, "id")
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
