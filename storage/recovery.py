"""Writes copies that a restored database has forgotten back into the book."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from certify.attestation import Act, Edition, IssuanceStep, TrailHead
from certify.errors import StoredDataDamaged
from certify.evidence import ArchivedCopy
from certify.numbering import RegisterNumber
from storage import audit, books, renewal_recovery
from storage.desk_reads import as_number
from storage.issuance_rows import assertion_to_json, live_book_row
from storage.lease import NOT_WAITING
from storage.recovered_reads import RECOVERED_NOTE
from storage.register_reads import finish_case
from storage.tables import (
    attestations,
    book_rows,
    editions,
    free_numbers,
    recovered_copies,
)
from storage.tables import books as book_table

_Row = Row[tuple[Any, ...]]
_ACT = Act("system", audit.Action.COPY_RECOVER)


def is_forgotten(connection: Connection, copy: ArchivedCopy) -> bool:
    """Tell whether this database has never heard of a copy.

    False also for a file of an attempt that was discarded: it was never released.

    Raises:
        StoredDataDamaged: its number stands on another attestation.
    """
    sha256, intent = copy.stored.sha256, copy.evidence.intent
    if connection.scalar(
        select(editions.c.sha256).where(editions.c.sha256 == sha256)
    ) or connection.scalar(
        select(recovered_copies.c.sha256).where(recovered_copies.c.sha256 == sha256)
    ):
        return False
    attestation_id = copy.evidence.statement.attestation_id
    held = _row_of(connection, intent.number)
    for holder in (held, _recovered_holder(connection, intent.number)):
        if holder is not None and holder.attestation_id != attestation_id:
            raise StoredDataDamaged(
                what=f"số {intent.number.number} sổ {intent.number.book} cấp hai lần"
            )
    if copy.evidence.renewal is not None:
        return renewal_recovery.is_forgotten(connection, copy)
    if held is None:
        return True
    if held.state != "reserved":
        return False
    attempt = connection.scalar(
        select(attestations.c.intent_attempt).where(attestations.c.id == attestation_id)
    )
    # An intent is committed before its file is archived: an attempt that is newer
    # than the newest intent was made after the backup.
    return (attempt or 0) < intent.attempt


def recover(
    connection: Connection, copies: Iterable[ArchivedCopy], now: datetime
) -> None:
    """Register all that are forgotten, move the counters, note what is left free.

    Raises:
        StoredDataDamaged: see `is_forgotten`; or an authority is not on record.
    """
    copies = list(copies)
    # Of two processes that replay together, the second finds the work done.
    for authority_id in sorted({_order(copy)[0] for copy in copies}):
        audit.lock_chain(connection, authority_id)
    forgotten = [copy for copy in copies if is_forgotten(connection, copy)]
    forgotten.sort(key=_order)
    for _, group in groupby(forgotten, lambda copy: _order(copy)[:4]):
        made = list(group)
        number = made[0].evidence.intent.number
        _open_book(connection, number)
        row = _attestation(connection, made[0].evidence.statement.attestation_id)
        head = [_record(connection, copy, now) for copy in made][-1]
        if row is None:
            _insert_recovered(connection, made, now)
        elif row.step == IssuanceStep.RELEASED:
            renewal_recovery.add_editions(connection, made, now)
        else:
            _register(connection, row, made, head, now)
        renewal_recovery.watch(connection, made)
    numbers = {copy.evidence.intent.number for copy in forgotten}
    for number in {(n.authority_id, n.kind, n.year): n for n in numbers}.values():
        _move_counter(connection, number)


def _order(copy: ArchivedCopy) -> tuple[str, str, int, int, int, int]:
    number = copy.evidence.intent.number
    return (
        number.authority_id,
        number.kind,
        number.year,
        number.number,
        copy.evidence.intent.attempt,
        copy.evidence.renewal.attempt if copy.evidence.renewal else 0,
    )


def _register(
    connection: Connection,
    row: _Row,
    copies: Sequence[ArchivedCopy],
    head: TrailHead,
    now: datetime,
) -> None:
    """Release an attestation that the backup knows at an earlier step."""
    newest = copies[-1].evidence
    intent, statement = newest.intent, newest.statement
    live = live_book_row(connection, row.id)
    if live is not None and as_number(live) != intent.number:
        # voided after the backup, or the copy would not bear another number
        books.void_row(connection, as_number(live), note=RECOVERED_NOTE)
        live = None
    if live is None:
        books.insert_reserved(
            connection,
            intent.number,
            attestation_id=row.id,
            shown_number=newest.shown_number,
            trail_head=head,
            now=now,
        )
    connection.execute(
        update(attestations)
        .where(attestations.c.id == row.id)
        .values(
            step=IssuanceStep.RELEASED.value,
            code=statement.verification_code,
            statement=statement.to_json(),
            statement_digest=statement.digest,
            assertion=assertion_to_json(newest.assertion),
            approved_at=row.approved_at or newest.assertion.made_at,
            fence=row.fence + 1,
            lease_owner=None,
            lease_until=None,
            **NOT_WAITING,
            intent_attempt=intent.attempt,
            intent_sha256=intent.composed_sha256,
            intent_size=intent.composed_size,
            intent_page_digest=intent.page_digest,
            intent_statement_digest=intent.statement_digest,
            intent_attested_at=intent.attested_at,
        )
    )
    books.note_shown_number(connection, intent.number, newest.shown_number)
    books.complete_row(connection, intent, statement)
    for sequence, copy in enumerate(copies, start=1):
        reason = "renewed" if copy.evidence.renewal else "issued"
        books.insert_edition(
            connection, Edition(row.id, sequence, copy.stored, reason, now)
        )
    finish_case(connection, row.original_id)


def _insert_recovered(
    connection: Connection, copies: Sequence[ArchivedCopy], now: datetime
) -> None:
    """Keep copies whose case the backup does not know."""
    for copy in copies:
        evidence, stored = copy.evidence, copy.stored
        number, statement = evidence.intent.number, evidence.statement
        connection.execute(
            insert(recovered_copies).values(
                sha256=stored.sha256,
                authority_id=number.authority_id,
                kind=number.kind,
                year=number.year,
                number=number.number,
                volume=number.volume,
                shown_number=evidence.shown_number,
                attestation_id=statement.attestation_id,
                code=statement.verification_code,
                statement=statement.to_json(),
                statement_digest=statement.digest,
                assertion=assertion_to_json(evidence.assertion),
                intent_attempt=evidence.intent.attempt,
                intent_attested_at=evidence.intent.attested_at,
                object_key=stored.key,
                version_id=stored.version_id,
                size_bytes=stored.size_bytes,
                recovered_at=now,
                renewal=evidence.renewal.attempt if evidence.renewal else 0,
            )
        )


def _record(connection: Connection, copy: ArchivedCopy, now: datetime) -> TrailHead:
    """Say on the trail what came back, and which head of the lost trail it bears."""
    evidence = copy.evidence
    number = evidence.intent.number
    return audit.append(
        connection,
        authority_id=number.authority_id,
        act=_ACT,
        subject=evidence.statement.attestation_id,
        details={
            "book": number.book,
            "number": number.number,
            "file": copy.stored.sha256,
            "lost_sequence": evidence.trail_head.sequence,
            "lost_digest": evidence.trail_head.digest,
        },
        at=now,
    )


def _open_book(connection: Connection, number: RegisterNumber) -> None:
    audit.lock_chain(connection, number.authority_id)
    if _last_number(connection, number) is None:
        connection.execute(
            insert(book_table).values(
                authority_id=number.authority_id,
                kind=number.kind,
                year=number.year,
                volume=number.volume,
                last_number=0,
                closed=False,
            )
        )


def _move_counter(connection: Connection, number: RegisterNumber) -> None:
    """Count on after the newest; what no copy bears in between is given out first."""
    last = _last_number(connection, number) or 0
    used = {
        n
        for table in (book_rows, recovered_copies)
        for n in connection.scalars(
            select(table.c.number).where(_same_book(table, number))
        )
    }
    newest = max(used, default=0)
    connection.execute(
        delete(free_numbers).where(
            _same_book(free_numbers, number), free_numbers.c.number.in_(sorted(used))
        )
    )
    for free in sorted(set(range(last + 1, newest)) - used):
        connection.execute(
            insert(free_numbers).values(
                authority_id=number.authority_id,
                kind=number.kind,
                year=number.year,
                number=free,
            )
        )
    if newest > last:
        connection.execute(
            update(book_table)
            .where(_same_book(book_table, number))
            .values(last_number=newest)
        )


def _last_number(connection: Connection, number: RegisterNumber) -> int | None:
    last: int | None = connection.scalar(
        select(func.max(book_table.c.last_number)).where(_same_book(book_table, number))
    )
    return last


def _same_book(table: Any, number: RegisterNumber) -> Any:  # noqa: ANN401 - four tables share these columns
    return (
        (table.c.authority_id == number.authority_id)
        & (table.c.kind == number.kind)
        & (table.c.year == number.year)
    )


def _row_of(connection: Connection, number: RegisterNumber) -> _Row | None:
    return connection.execute(
        select(book_rows).where(
            _same_book(book_rows, number), book_rows.c.number == number.number
        )
    ).first()


def _recovered_holder(connection: Connection, number: RegisterNumber) -> _Row | None:
    return connection.execute(
        select(recovered_copies).where(
            _same_book(recovered_copies, number),
            recovered_copies.c.number == number.number,
        )
    ).first()


def _attestation(connection: Connection, attestation_id: str) -> _Row | None:
    return connection.execute(
        select(attestations)
        .where(attestations.c.id == attestation_id)
        .with_for_update()
    ).first()
