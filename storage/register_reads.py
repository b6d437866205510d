"""What the register tells: tasks for workers, released copies, the book."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    bindparam,
    func,
    not_,
    or_,
    select,
    update,
)

from certify.attestation import (
    BookRow,
    CertifiedCopy,
    IssuanceStep,
    IssuanceTask,
    Lease,
)
from certify.case import CaseStatus
from certify.clock import vietnamese_day
from certify.errors import StoredDataDamaged
from storage import known_papers
from storage.desk_reads import as_number, read_comparison, read_original
from storage.desk_record_rows import may_not_issue, refused
from storage.issuance_rows import (
    as_book_row,
    as_edition,
    as_intent,
    as_reservation,
    as_statement,
    assertion_from_json,
    live_book_row,
)
from storage.lease import latest_retry
from storage.people_reads import (
    read_authority,
    read_enrolled_key,
    read_officer,
    read_seal_authorisation,
    read_signatory,
)
from storage.tables import attestations, book_rows, cases, editions, originals

UNFINISHED = (IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED)
# In the statement itself, or no database would see that the partial index serves it.
_UNFINISHED: BindParameter[Any] = bindparam(
    "unfinished",
    [step.value for step in UNFINISHED],
    expanding=True,
    literal_execute=True,
)
_CLOSED = (IssuanceStep.RELEASED.value, IssuanceStep.VOID.value)


def read_task(
    connection: Connection, row: Row[tuple[Any, ...]], lease: Lease, now: datetime
) -> IssuanceTask:
    """Read everything a worker needs, in the transaction of its lease.

    Raises:
        StoredDataDamaged: the statement does not match its digest, or has no scan.
        NotFound: a person it names, or the key that confirmed it, is not on record.
    """
    statement = as_statement(row)
    scan = read_original(connection, row.original_id).scan
    if scan is None:
        raise StoredDataDamaged(what="bản chụp")
    reserved = live_book_row(connection, row.id)
    return IssuanceTask(
        lease=lease,
        authority=read_authority(connection, row.authority_id, now),
        officer=read_officer(connection, statement.officer_id),
        signatory=read_signatory(connection, statement.signatory_id, now),
        seal_authorisation=read_seal_authorisation(
            connection, row.authority_id, vietnamese_day(now)
        ),
        statement=statement,
        assertion=assertion_from_json(row.assertion),
        enrolled_key=read_enrolled_key(connection, statement.signatory_id),
        comparison=read_comparison(connection, row.id),
        scan=scan,
        reservation=None if reserved is None else as_reservation(reserved),
        intent=as_intent(row, reserved),
        failures=row.failures,
    )


def copy_where(
    connection: Connection, where: ColumnElement[bool]
) -> CertifiedCopy | None:
    """Read a released copy; anything not released does not exist here."""
    row = connection.execute(
        select(
            attestations,
            book_rows.c.kind,
            book_rows.c.year,
            book_rows.c.volume,
            book_rows.c.number,
            book_rows.c.shown_number,
        )
        .join(book_rows, book_rows.c.attestation_id == attestations.c.id)
        .where(
            where,
            attestations.c.step == IssuanceStep.RELEASED.value,
            book_rows.c.state == "complete",
        )
    ).first()
    if row is None:
        return None
    edition_rows = connection.execute(
        select(editions)
        .where(editions.c.attestation_id == row.id)
        .order_by(editions.c.sequence)
    )
    return CertifiedCopy(
        attestation_id=row.id,
        number=as_number(row),
        shown_number=row.shown_number,
        statement=as_statement(row),
        attested_at=row.intent_attested_at,
        editions=tuple(as_edition(edition) for edition in edition_rows),
    )


def book(
    connection: Connection, authority_id: str, kind: str, year: int
) -> Sequence[BookRow]:
    """Read all rows of a book in order of number."""
    rows = connection.execute(
        select(book_rows)
        .where(
            book_rows.c.authority_id == authority_id,
            book_rows.c.kind == kind,
            book_rows.c.year == year,
        )
        .order_by(book_rows.c.number)
    )
    return [as_book_row(row) for row in rows]


def unfinished_ids(
    connection: Connection, now: datetime, longest: datetime, *, due: bool
) -> Sequence[str]:
    """Read what waits and has no lease that ends between `now` and `longest`.

    With `due`, what is to be tried again later is left out, unless that is later
    than any pause: then the clock has stepped back since.
    """
    until, retry_at = attestations.c.lease_until, attestations.c.retry_at
    conditions = [
        not_(may_not_issue()),
        attestations.c.step.in_(_UNFINISHED),
        or_(until.is_(None), until <= now, until > longest),
    ]
    if due:
        conditions.append(
            or_(retry_at.is_(None), retry_at <= now, retry_at > latest_retry(now))
        )
    return connection.scalars(
        select(attestations.c.id)
        .join(originals, originals.c.id == attestations.c.original_id)
        .where(*conditions)
        .order_by(attestations.c.approved_at, attestations.c.id)
    ).all()


def remember_paper(
    connection: Connection, row: Row[tuple[Any, ...]], now: datetime
) -> None:
    """Keep what is needed to know the paper again when it is scanned again."""
    scan = read_original(connection, row.original_id).scan
    if scan is not None:
        known_papers.remember(connection, row.id, row.authority_id, scan, now)


def finish_case(connection: Connection, original_id: str) -> int:
    """Set the case DONE when each of its originals is released, void or refused.

    An original without an attestation is still to be done.

    Returns:
        The case's status after this.
    """
    case_id = (
        select(originals.c.case_id)
        .where(originals.c.id == original_id)
        .scalar_subquery()
    )
    # Locked, so that of two last releases one sees the other (PostgreSQL).
    row = connection.execute(
        select(cases.c.id, cases.c.status)
        .where(cases.c.id == case_id)
        .with_for_update()
    ).one()
    left = connection.scalar(
        select(func.count())
        .select_from(originals)
        .outerjoin(attestations, attestations.c.original_id == originals.c.id)
        .where(
            originals.c.case_id == row.id,
            not_(refused(originals.c.id)),
            or_(attestations.c.id.is_(None), attestations.c.step.not_in(_CLOSED)),
        )
    )
    if left or row.status != CaseStatus.IN_PROGRESS:
        return int(row.status)
    connection.execute(
        update(cases).where(cases.c.id == row.id).values(status=CaseStatus.DONE.value)
    )
    return CaseStatus.DONE.value
