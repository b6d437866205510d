"""Reads of copies that only the archive remembered (`recovered_copies`)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from certify.attestation import BookRow, CertifiedCopy, Edition, StoredObject
from certify.clock import vietnamese_day
from storage.desk_reads import as_number
from storage.issuance_rows import as_statement
from storage.tables import recovered_copies as table

RECOVERED_NOTE = "Khôi phục từ kho lưu trữ"
# Editions of one attestation, oldest first.
ORDER = (table.c.intent_attempt, table.c.renewal, table.c.sha256)


def copy_by_code(connection: Connection, code: str) -> CertifiedCopy | None:
    """Return the recovered copy that carries this verification code."""
    return _copy_where(connection, table.c.code == code)


def copy_by_attestation(
    connection: Connection, attestation_id: str
) -> CertifiedCopy | None:
    """Return the recovered copy of an attestation."""
    return _copy_where(connection, table.c.attestation_id == attestation_id)


def copy_by_file(connection: Connection, sha256: str) -> CertifiedCopy | None:
    """Return the recovered copy one of whose files has this digest."""
    owner = select(table.c.attestation_id).where(table.c.sha256 == sha256)
    return _copy_where(connection, table.c.attestation_id.in_(owner))


def files(connection: Connection) -> frozenset[str]:
    """Return the digests of all recovered files."""
    return frozenset(connection.scalars(select(table.c.sha256)))


def book(
    connection: Connection, authority_id: str, kind: str, year: int
) -> Sequence[BookRow]:
    """Return one row per recovered number of a book."""
    found = connection.execute(
        select(table)
        .where(
            table.c.authority_id == authority_id,
            table.c.kind == kind,
            table.c.year == year,
        )
        .order_by(table.c.number, *ORDER)
    )
    return list({row.number: _book_row(row) for row in found}.values())


def _copy_where(
    connection: Connection, where: ColumnElement[bool]
) -> CertifiedCopy | None:
    rows = connection.execute(select(table).where(where).order_by(*ORDER)).all()
    if not rows:
        return None
    newest = rows[-1]
    return CertifiedCopy(
        attestation_id=newest.attestation_id,
        number=as_number(newest),
        shown_number=newest.shown_number,
        statement=as_statement(newest),
        attested_at=newest.intent_attested_at,
        editions=tuple(
            _edition(row, sequence) for sequence, row in enumerate(rows, start=1)
        ),
    )


def _edition(row: Row[tuple[Any, ...]], sequence: int) -> Edition:
    return Edition(
        attestation_id=row.attestation_id,
        sequence=sequence,
        stored=StoredObject(
            key=row.object_key,
            version_id=row.version_id,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
        ),
        reason="renewed" if row.renewal else "issued",
        released_at=row.recovered_at,
    )


def _book_row(row: Row[tuple[Any, ...]]) -> BookRow:
    statement = as_statement(row)
    return BookRow(
        number=as_number(row),
        attestation_id=row.attestation_id,
        attested_on=vietnamese_day(row.intent_attested_at).isoformat(),
        requester=statement.requester_name,
        title=statement.original_title,
        signatory=f"{statement.signatory_name}, {' '.join(statement.signatory_title)}",
        copies=statement.copies,
        fee_dong=statement.fee_dong,
        note=RECOVERED_NOTE,
        state="complete",
    )
