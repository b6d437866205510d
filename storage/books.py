"""The sổ chứng thực: giving out numbers and completing rows (invariant 1)."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from certify.attestation import Edition, Intent, TrailHead
from certify.clock import vietnamese_day
from certify.errors import WrongState
from certify.numbering import RegisterNumber
from certify.statement import AuthorisedStatement
from storage.tables import book_rows, books, editions, free_numbers

FIRST_VOLUME = 1


def next_number(
    connection: Connection, authority_id: str, kind: str, now: datetime
) -> RegisterNumber:
    """Count on the book of this Vietnamese year, opening it with its first number.

    The counter moves in the caller's transaction: a rollback takes no number. The
    caller holds the authority's lock (`audit.lock_chain`), so no two count at once.

    Raises:
        WrongState: the book is closed.
    """
    year = vietnamese_day(now).year
    here = (
        (books.c.authority_id == authority_id)
        & (books.c.kind == kind)
        & (books.c.year == year)
    )
    book = connection.execute(select(books).where(here).with_for_update()).first()
    if book is None:
        volume, number = FIRST_VOLUME, 1
        connection.execute(
            insert(books).values(
                authority_id=authority_id,
                kind=kind,
                year=year,
                volume=volume,
                last_number=number,
                closed=False,
            )
        )
    elif book.closed:
        raise WrongState(reason=f"sổ năm {year} đã khóa")
    elif (free := _take_free(connection, authority_id, kind, year)) is not None:
        volume, number = book.volume, free
    else:
        volume, number = book.volume, book.last_number + 1
        connection.execute(update(books).where(here).values(last_number=number))
    return RegisterNumber(authority_id, kind, year, volume, number)


def _take_free(
    connection: Connection, authority_id: str, kind: str, year: int
) -> int | None:
    """Take the lowest number that a restore left free, if there is one."""
    here = (
        (free_numbers.c.authority_id == authority_id)
        & (free_numbers.c.kind == kind)
        & (free_numbers.c.year == year)
    )
    number: int | None = connection.scalar(
        select(func.min(free_numbers.c.number)).where(here)
    )
    if number is not None:
        connection.execute(
            delete(free_numbers).where(here, free_numbers.c.number == number)
        )
    return number


def insert_reserved(
    connection: Connection,
    number: RegisterNumber,
    *,
    attestation_id: str,
    shown_number: str,
    trail_head: TrailHead,
    now: datetime,
) -> None:
    """Write the row of a reserved number."""
    connection.execute(
        insert(book_rows).values(
            authority_id=number.authority_id,
            kind=number.kind,
            year=number.year,
            number=number.number,
            volume=number.volume,
            attestation_id=attestation_id,
            state="reserved",
            shown_number=shown_number,
            reserved_at=now,
            trail_sequence=trail_head.sequence,
            trail_digest=trail_head.digest,
        )
    )


def note_shown_number(
    connection: Connection, number: RegisterNumber, shown_number: str
) -> None:
    """Keep the number as the newest attempt prints it: templates are settings."""
    _update_reserved(connection, number, {"shown_number": shown_number})


def complete_row(
    connection: Connection, intent: Intent, statement: AuthorisedStatement
) -> None:
    """Fill columns 2 to 8 and complete the row; a trigger keeps it so for ever."""
    columns = book_columns(intent.attested_at, statement)
    _update_reserved(connection, intent.number, {"state": "complete", **columns})


def book_columns(
    attested_at: datetime, statement: AuthorisedStatement
) -> dict[str, str | int]:
    """Columns 2 to 8 of a copy's row: nothing but what its statement says."""
    return {
        "attested_on": vietnamese_day(attested_at).isoformat(),
        **column_values(statement),
        "note": "",
    }


def column_values(statement: AuthorisedStatement) -> dict[str, str | int]:
    """Return columns 3 to 7, which all come from the confirmed statement."""
    return {
        "requester": statement.requester_name,
        "title": statement.original_title,
        "signatory": (
            f"{statement.signatory_name}, {' '.join(statement.signatory_title)}"
        ),
        "copies": statement.copies,
        "fee_dong": statement.fee_dong,
    }


def insert_edition(connection: Connection, edition: Edition) -> None:
    """Add a released file; a trigger keeps it unchanged for ever."""
    connection.execute(
        insert(editions).values(
            attestation_id=edition.attestation_id,
            sequence=edition.sequence,
            sha256=edition.stored.sha256,
            object_key=edition.stored.key,
            version_id=edition.stored.version_id,
            size_bytes=edition.stored.size_bytes,
            reason=edition.reason,
            released_at=edition.released_at,
        )
    )


def void_row(connection: Connection, number: RegisterNumber, *, note: str) -> None:
    """Mark a reserved row void; it stays, with the decision as its note.

    Raises:
        WrongState: it is complete or void already.
    """
    _update_reserved(connection, number, {"state": "void", "note": note})


def _update_reserved(
    connection: Connection, number: RegisterNumber, values: dict[str, str | int]
) -> None:
    changed = connection.execute(
        update(book_rows)
        .where(
            book_rows.c.authority_id == number.authority_id,
            book_rows.c.kind == number.kind,
            book_rows.c.year == number.year,
            book_rows.c.number == number.number,
            book_rows.c.state == "reserved",
        )
        .values(**values)
    )
    if changed.rowcount != 1:
        raise WrongState(reason="số chứng thực không còn được giữ")
