"""Numbers that become void: by a decision, or when their year closes (design §3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from certify.attestation import Act, IssuanceStep
from certify.clock import vietnamese_day
from certify.errors import LeaseHeld, WrongState
from certify.numbering import RegisterNumber
from storage import audit
from storage.books import FIRST_VOLUME, void_row
from storage.desk_reads import as_number
from storage.issuance_rows import live_book_row, lock_attestation
from storage.lease import NOT_WAITING
from storage.tables import attestations, book_rows, books

_NO_INTENT = {
    "intent_attempt": None,
    "intent_sha256": None,
    "intent_size": None,
    "intent_page_digest": None,
    "intent_statement_digest": None,
    "intent_attested_at": None,
}


def void_number(
    connection: Connection, attestation_id: str, act: Act, now: datetime
) -> RegisterNumber:
    """Void an attestation's number; it must be approved again to take another.

    Raises:
        NotFound: no such attestation.
        WrongState: no decision, no number, or released.
        LeaseHeld: a worker has it.
    """
    row = lock_attestation(connection, attestation_id)
    reserved = live_book_row(connection, row.id)
    if reserved is None or reserved.state != "reserved":
        raise WrongState(reason="bản sao không giữ số nào có thể hủy")
    number = _void(connection, row, reserved, act, now)
    connection.execute(
        update(attestations)
        .where(attestations.c.id == row.id)
        .values(
            step=IssuanceStep.COMPARED.value,
            statement=None,
            statement_digest=None,
            assertion=None,
            approved_at=None,
        )
    )
    return number


def close_book(
    connection: Connection,
    authority_id: str,
    kind: str,
    year: int,
    act: Act,
    now: datetime,
) -> Sequence[str]:
    """Close a book; attestations whose numbers become void stay approved.

    Raises:
        WrongState: the year is not over, the book is closed, or no decision.
        LeaseHeld: a worker has an attestation with a number of this book.
        NotFound: no such authority.
    """
    if vietnamese_day(now).year <= year:
        raise WrongState(reason=f"năm {year} chưa hết")
    reserved_here = and_(
        book_rows.c.authority_id == authority_id,
        book_rows.c.kind == kind,
        book_rows.c.year == year,
        book_rows.c.state == "reserved",
    )
    # Attestations before the authority, as workers do, or both wait for ever.
    connection.execute(
        select(attestations.c.id)
        .join(book_rows, book_rows.c.attestation_id == attestations.c.id)
        .where(reserved_here)
        .order_by(attestations.c.id)
        .with_for_update(of=attestations)
    )
    audit.lock_chain(connection, authority_id)
    _mark_closed(connection, authority_id, kind, year)
    rows = connection.execute(
        select(book_rows).where(reserved_here).order_by(book_rows.c.number)
    ).all()
    voided = []
    for reserved in rows:
        row = lock_attestation(connection, reserved.attestation_id)
        _void(connection, row, reserved, act, now)
        voided.append(str(row.id))
    _record(
        connection,
        authority_id,
        Act(act.actor, audit.Action.BOOK_CLOSE, act.reason),
        authority_id,
        {"kind": kind, "year": year, "voided": len(voided)},
        now,
    )
    return voided


def _void(
    connection: Connection,
    row: Row[tuple[Any, ...]],
    reserved: Row[tuple[Any, ...]],
    act: Act,
    now: datetime,
) -> RegisterNumber:
    """Void one row; the fence moves, so that a worker that wakes up loses."""
    if not act.reason.strip():
        raise WrongState(reason="hủy số phải có quyết định")
    if row.lease_until is not None and row.lease_until > now:
        raise LeaseHeld
    number = as_number(reserved)
    void_row(connection, number, note=act.reason)
    connection.execute(
        update(attestations)
        .where(attestations.c.id == row.id)
        .values(
            step=IssuanceStep.APPROVED.value,
            fence=row.fence + 1,
            lease_owner=None,
            lease_until=None,
            **NOT_WAITING,
            **_NO_INTENT,
        )
    )
    _record(
        connection,
        row.authority_id,
        Act(act.actor, audit.Action.NUMBER_VOID, act.reason),
        row.id,
        {"book": number.book, "number": number.number},
        now,
    )
    return number


def _mark_closed(
    connection: Connection, authority_id: str, kind: str, year: int
) -> None:
    here = (
        (books.c.authority_id == authority_id)
        & (books.c.kind == kind)
        & (books.c.year == year)
    )
    book = connection.execute(select(books).where(here).with_for_update()).first()
    if book is None:  # a year without copies: nobody may open it later
        connection.execute(
            insert(books).values(
                authority_id=authority_id,
                kind=kind,
                year=year,
                volume=FIRST_VOLUME,
                last_number=0,
                closed=True,
            )
        )
    elif book.closed:
        raise WrongState(reason=f"sổ năm {year} đã khóa")
    else:
        connection.execute(update(books).where(here).values(closed=True))


def _record(
    connection: Connection,
    authority_id: str,
    act: Act,
    subject: str,
    details: audit.Details,
    at: datetime,
) -> None:
    audit.append(
        connection,
        authority_id=authority_id,
        act=act,
        subject=subject,
        details=details,
        at=at,
    )
