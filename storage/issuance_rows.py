"""Reads of attestations and their book rows inside a caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from certify.attestation import (
    BookRow,
    Edition,
    Intent,
    Reservation,
    StoredObject,
    TrailHead,
)
from certify.confirmation import Assertion
from certify.errors import NotFound, StoredDataDamaged
from certify.statement import AuthorisedStatement, statement_from_json
from storage.columns import utc_text
from storage.desk_reads import as_number
from storage.tables import attestations, book_rows, cases, originals

_Row = Row[tuple[Any, ...]]


def lock_attestation(connection: Connection, attestation_id: str) -> _Row:
    """Read an attestation's row and keep others from changing it.

    Raises:
        NotFound: no such attestation.
    """
    row = connection.execute(
        select(attestations)
        .where(attestations.c.id == attestation_id)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound(what="bản sao chứng thực")
    return row


def lock_case(connection: Connection, attestation_id: str) -> None:
    """Keep others from changing an attestation's case; the desk locks it first too."""
    connection.execute(
        select(cases.c.id)
        .join(originals, originals.c.case_id == cases.c.id)
        .join(attestations, attestations.c.original_id == originals.c.id)
        .where(attestations.c.id == attestation_id)
        .with_for_update(of=cases)
    )


def live_book_row(connection: Connection, attestation_id: str) -> _Row | None:
    """Read the row that holds the attestation's number, void rows left out."""
    return connection.execute(
        select(book_rows).where(
            book_rows.c.attestation_id == attestation_id, book_rows.c.state != "void"
        )
    ).first()


def as_reservation(row: _Row) -> Reservation:
    """Build a reservation with the trail's head of its own moment."""
    return Reservation(
        number=as_number(row),
        trail_head=TrailHead(row.trail_sequence, row.trail_digest),
    )


def as_statement(row: _Row) -> AuthorisedStatement:
    """Read the confirmed statement of an attestation's row.

    Raises:
        StoredDataDamaged: it does not hash to the digest stored beside it.
    """
    try:
        statement = statement_from_json(row.statement)
    except (ValueError, KeyError, TypeError) as error:
        raise StoredDataDamaged(what="nội dung đã xác nhận") from error
    if statement.digest != row.statement_digest:
        raise StoredDataDamaged(what="nội dung đã xác nhận")
    return statement


def as_intent(row: _Row, reserved: _Row | None) -> Intent | None:
    """Build the newest intent of an attestation, None before the first."""
    if row.intent_attempt is None or reserved is None:
        return None
    return Intent(
        attempt=row.intent_attempt,
        composed_sha256=row.intent_sha256,
        composed_size=row.intent_size,
        page_digest=row.intent_page_digest,
        statement_digest=row.intent_statement_digest,
        number=as_number(reserved),
        attested_at=row.intent_attested_at,
    )


def as_edition(row: _Row) -> Edition:
    """Build an edition from a row of `editions`."""
    return Edition(
        attestation_id=row.attestation_id,
        sequence=row.sequence,
        stored=StoredObject(
            key=row.object_key,
            version_id=row.version_id,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
        ),
        reason=row.reason,
        released_at=row.released_at,
    )


def as_book_row(row: _Row) -> BookRow:
    """Build a book row; columns 2 to 8 are empty until it is complete."""
    return BookRow(
        number=as_number(row),
        attestation_id=row.attestation_id,
        attested_on=row.attested_on or "",
        requester=row.requester or "",
        title=row.title or "",
        signatory=row.signatory or "",
        copies=row.copies or 0,
        fee_dong=row.fee_dong or 0,
        note=row.note or "",
        state=row.state,
    )


def assertion_to_json(assertion: Assertion) -> dict[str, Any]:
    """Plain values of an assertion."""
    return {
        "kind": assertion.kind,
        "key_id": assertion.key_id,
        "statement_digests": list(assertion.statement_digests),
        "signature": assertion.signature.hex(),
        "made_at": utc_text(assertion.made_at),
    }


def assertion_from_json(row: Mapping[str, Any]) -> Assertion:
    """Inverse of `assertion_to_json`."""
    return Assertion(
        kind=row["kind"],
        key_id=row["key_id"],
        statement_digests=tuple(row["statement_digests"]),
        signature=bytes.fromhex(row["signature"]),
        made_at=datetime.fromisoformat(row["made_at"]),
    )
