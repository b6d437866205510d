"""Annulments in SQL: written once with their audit record, read with every copy."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from certify.annulment import Annulment, Decision
from certify.attestation import Act, BookRow, CertifiedCopy
from certify.errors import NotFound, WrongState
from storage import audit, recovered_reads, register_reads
from storage.tables import annulments as table
from storage.tables import attestations


def annul(
    connection: Connection,
    attestation_id: str,
    decision: Decision,
    act: Act,
    now: datetime,
) -> Annulment:
    """Record that a released copy has no legal value any more.

    Raises:
        NotFound: nothing is released under this id.
        WrongState: it is annulled already.
    """
    copy = register_reads.copy_where(
        connection, attestations.c.id == attestation_id
    ) or recovered_reads.copy_by_attestation(connection, attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    authority_id = copy.statement.authority_id
    audit.lock_chain(connection, authority_id)  # of two decisions one comes second
    earlier = attached(connection, copy)
    if earlier is not None and earlier.annulment is not None:
        raise WrongState(reason=f"bản sao {earlier.annulment.sentence}")
    head = audit.append(
        connection,
        authority_id=authority_id,
        act=act,
        subject=attestation_id,
        details={
            "book": copy.number.book,
            "number": copy.number.number,
            "decision": decision.number,
            "decided_on": decision.decided_on.isoformat(),
        },
        at=now,
    )
    made = Annulment(
        attestation_id=attestation_id,
        authority_id=authority_id,
        authority_name=copy.statement.authority_name,
        code=copy.statement.verification_code,
        shown_number=copy.shown_number,
        decision=decision,
        annulled_at=now,
        cursor=head.sequence,
    )
    connection.execute(insert(table).values(**_values(made)))
    return made


def attached(
    connection: Connection, copy: CertifiedCopy | None
) -> CertifiedCopy | None:
    """Return the copy with its annulment, if it has one."""
    if copy is None:
        return None
    row = connection.execute(
        select(table).where(table.c.attestation_id == copy.attestation_id)
    ).first()
    return copy if row is None else replace(copy, annulment=_annulment(row))


def noted(connection: Connection, rows: Sequence[BookRow]) -> Sequence[BookRow]:
    """Say in column 8 of the book which copies were annulled; the rows stay."""
    if not rows:
        return rows
    authority_id = rows[0].number.authority_id
    found = {
        row.attestation_id: _annulment(row)
        for row in connection.execute(
            select(table).where(table.c.authority_id == authority_id)
        )
    }
    return [
        replace(row, note=_note(row.note, found[row.attestation_id].decision))
        if row.state == "complete" and row.attestation_id in found
        else row
        for row in rows
    ]


def read(
    connection: Connection, authority_id: str, *, after: int, limit: int
) -> Sequence[Annulment]:
    """Read annulments with a greater cursor, in order of cursor."""
    rows = connection.execute(
        select(table)
        .where(table.c.authority_id == authority_id, table.c.trail_sequence > after)
        .order_by(table.c.trail_sequence)
        .limit(limit)
    )
    return [_annulment(row) for row in rows]


def _note(note: str, decision: Decision) -> str:
    day = decision.decided_on.strftime("%d/%m/%Y")
    said = f"Hủy bỏ giá trị pháp lý: quyết định số {decision.number} ngày {day}"
    return f"{note}; {said}" if note else said


def _values(annulment: Annulment) -> dict[str, Any]:
    return {
        "attestation_id": annulment.attestation_id,
        "authority_id": annulment.authority_id,
        "authority_name": annulment.authority_name,
        "code": annulment.code,
        "shown_number": annulment.shown_number,
        "decision_number": annulment.decision.number,
        "decided_on": annulment.decision.decided_on.isoformat(),
        "reason": annulment.decision.reason,
        "annulled_at": annulment.annulled_at,
        "trail_sequence": annulment.cursor,
    }


def _annulment(row: Row[tuple[Any, ...]]) -> Annulment:
    return Annulment(
        attestation_id=row.attestation_id,
        authority_id=row.authority_id,
        authority_name=row.authority_name,
        code=row.code,
        shown_number=row.shown_number,
        decision=Decision(
            number=row.decision_number,
            decided_on=date.fromisoformat(row.decided_on),
            reason=row.reason,
        ),
        annulled_at=row.annulled_at,
        cursor=row.trail_sequence,
    )
