"""The register in SQL: leases, numbers, intents and releases.

Each method is one committed transaction with its audit record. Steps forward are
only made under a lease whose fence is the newest (`storage.lease`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from certify.attestation import (
    Act,
    BookRow,
    CertifiedCopy,
    Edition,
    Intent,
    IssuanceStep,
    IssuanceTask,
    Lease,
    Reservation,
    StoredObject,
    TrailHead,
)
from certify.clock import Clock
from certify.errors import LeaseHeld, WrongState
from certify.numbering import DEFAULT_BOOK_KIND, DEFAULT_NUMBER_TEMPLATE
from storage import audit, books, register_reads
from storage.database import Database
from storage.issuance_rows import (
    as_intent,
    as_reservation,
    as_statement,
    live_book_row,
    lock_attestation,
)
from storage.lease import end_lease, held_row, update_held
from storage.register_reads import finish_case, read_task
from storage.tables import attestations, editions

DEFAULT_LEASE = timedelta(seconds=900)  # a TSA was measured at up to 131 s per call

_UNFINISHED = (IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED)

_Row = Row[tuple[Any, ...]]


class SqlRegister:
    """Fills the `Register` port."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        lease: timedelta = DEFAULT_LEASE,
        book_kind: str = DEFAULT_BOOK_KIND,
        number_template: str = DEFAULT_NUMBER_TEMPLATE,
    ) -> None:
        """Keep the register in this database.

        Args:
            database: migrated.
            clock: dates what comes without a time of its own (`give_back`).
            lease: how long a worker may be silent before it is overtaken.
            book_kind: type code of the electronic book.
            number_template: how numbers are shown; the one that `IssueCopy` prints by.
        """
        self._database = database
        self._clock = clock
        self._lease = lease
        self._book_kind = book_kind
        self._number_template = number_template

    def take(self, attestation_id: str, worker: str, now: datetime) -> IssuanceTask:
        """Lease an approved, unreleased attestation and read all it needs.

        Raises:
            LeaseHeld: there is an unexpired lease, of whatever worker.
            WrongState: not approved, or already released or void.
            NotFound: no such attestation.
            StoredDataDamaged: the statement does not match its digest.
        """
        with self._database.writing() as connection:
            row = lock_attestation(connection, attestation_id)
            if row.step not in _UNFINISHED:
                raise WrongState(reason="bản sao chưa được xác nhận hoặc đã phát hành")
            if row.lease_until is not None and row.lease_until > now:
                raise LeaseHeld
            lease = Lease(attestation_id, worker, row.fence + 1, now + self._lease)
            connection.execute(
                update(attestations)
                .where(
                    attestations.c.id == attestation_id,
                    attestations.c.fence == row.fence,
                )
                .values(
                    lease_owner=worker, lease_until=lease.expires_at, fence=lease.fence
                )
            )
            details: audit.Details = {
                "fence": lease.fence,
                "overtaken": row.lease_owner,
            }
            _record(connection, row, _act(lease, audit.Action.LEASE_TAKE), details, now)
            return read_task(connection, row, lease, now)

    def give_back(self, lease: Lease, waiting: str | None) -> None:
        """End the lease; an overtaken or ended one is simply gone."""
        with self._database.writing() as connection:
            if not end_lease(connection, lease, waiting):
                return
            row = lock_attestation(connection, lease.attestation_id)
            act = _act(lease, audit.Action.LEASE_GIVE_BACK)
            details: audit.Details = {
                "fence": lease.fence,
                "waiting": "no" if waiting is None else "yes",
            }
            _record(connection, row, act, details, self._clock.now())

    def reserve(self, lease: Lease, now: datetime) -> Reservation:
        """Take the next number of the book, or return the one already taken.

        The trail head in it is the record of this very reservation, stored with the
        row: composing again after a crash prints the same head.

        Raises:
            LeaseLost: overtaken or expired; no number was taken.
            WrongState: the book of this year is closed.
        """
        with self._database.writing() as connection:
            row = held_row(connection, lease, now)
            existing = live_book_row(connection, row.id)
            if existing is not None:
                return as_reservation(existing)
            audit.lock_chain(connection, row.authority_id)
            number = books.next_number(
                connection, row.authority_id, self._book_kind, now
            )
            details: audit.Details = {
                "book": number.book,
                "number": number.number,
                "fence": lease.fence,
            }
            head = _record(
                connection, row, _act(lease, audit.Action.COPY_RESERVE), details, now
            )
            books.insert_reserved(
                connection,
                number,
                attestation_id=row.id,
                shown_number=number.show(self._number_template),
                trail_head=head,
                now=now,
            )
            update_held(connection, lease, now, step=IssuanceStep.RESERVED.value)
            return Reservation(number=number, trail_head=head)

    def intend(self, lease: Lease, intent: Intent, now: datetime) -> None:
        """Write down what is about to be signed; replaces an earlier attempt's.

        Raises:
            LeaseLost: overtaken or expired.
            WrongState: nothing is reserved; or number, statement, pages or attempt
                are not those that were reserved and confirmed.
        """
        with self._database.writing() as connection:
            row = held_row(connection, lease, now)
            reserved = live_book_row(connection, row.id)
            if reserved is None:
                raise WrongState(reason="chưa lấy số chứng thực")
            if (
                intent.number != as_reservation(reserved).number
                or intent.statement_digest != row.statement_digest
                or intent.page_digest != as_statement(row).page_digest
                or intent.attempt <= (row.intent_attempt or 0)
            ):
                raise WrongState(reason="nội dung sắp ký khác nội dung đã xác nhận")
            update_held(
                connection,
                lease,
                now,
                step=IssuanceStep.INTENDED.value,
                intent_attempt=intent.attempt,
                intent_sha256=intent.composed_sha256,
                intent_size=intent.composed_size,
                intent_page_digest=intent.page_digest,
                intent_attested_at=intent.attested_at,
            )
            books.note_shown_number(
                connection, intent.number, intent.number.show(self._number_template)
            )
            details: audit.Details = {
                "attempt": intent.attempt,
                "composed": intent.composed_sha256,
                "statement": intent.statement_digest,
                "fence": lease.fence,
            }
            _record(
                connection, row, _act(lease, audit.Action.COPY_INTEND), details, now
            )

    def complete(
        self, lease: Lease, intent: Intent, sealed: StoredObject, now: datetime
    ) -> Edition:
        """Complete the book row, add edition 1, release: all in one transaction.

        Raises:
            LeaseLost: overtaken or expired; nothing was released.
            WrongState: this is not the intent that was written down last.
        """
        with self._database.writing() as connection:
            row = held_row(connection, lease, now)
            stored = as_intent(row, live_book_row(connection, row.id))
            if row.step != IssuanceStep.INTENDED or stored != intent:
                raise WrongState(reason="tệp thuộc lượt ký khác")
            edition = Edition(row.id, 1, sealed, "issued", now)
            books.complete_row(connection, intent, as_statement(row))
            books.insert_edition(connection, edition)
            update_held(
                connection,
                lease,
                now,
                step=IssuanceStep.RELEASED.value,
                lease_owner=None,
                lease_until=None,
                waiting=None,
            )
            status = finish_case(connection, row.original_id)
            details: audit.Details = {
                "book": intent.number.book,
                "number": intent.number.number,
                "attempt": intent.attempt,
                "file": sealed.sha256,
                "version": sealed.version_id,
                "case_status": status,
                "fence": lease.fence,
            }
            act = _act(lease, audit.Action.COPY_RELEASE)
            _record(connection, row, act, details, now)
            return edition

    def released(self, verification_code: str) -> CertifiedCopy | None:
        """Return a released copy by code; None for anything not released."""
        with self._database.reading() as connection:
            return register_reads.copy_where(
                connection, attestations.c.code == verification_code
            )

    def released_attestation(self, attestation_id: str) -> CertifiedCopy | None:
        """Return a released copy by attestation; None if not released."""
        with self._database.reading() as connection:
            return register_reads.copy_where(
                connection, attestations.c.id == attestation_id
            )

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        owner = select(editions.c.attestation_id).where(editions.c.sha256 == sha256)
        with self._database.reading() as connection:
            return register_reads.copy_where(connection, attestations.c.id.in_(owner))

    def unfinished(self, now: datetime) -> Sequence[str]:
        """Ids approved but not released, whose lease is free; oldest first."""
        with self._database.reading() as connection:
            return connection.scalars(
                select(attestations.c.id)
                .where(
                    attestations.c.step.in_([step.value for step in _UNFINISHED]),
                    or_(
                        attestations.c.lease_until.is_(None),
                        attestations.c.lease_until <= now,
                    ),
                )
                .order_by(attestations.c.approved_at, attestations.c.id)
            ).all()

    def book(self, authority_id: str, kind: str, year: int) -> Sequence[BookRow]:
        """All rows in order of number, void ones included."""
        with self._database.reading() as connection:
            return register_reads.book(connection, authority_id, kind, year)


def _act(lease: Lease, action: audit.Action) -> Act:
    return Act(actor=f"worker:{lease.worker}", action=action)


def _record(
    connection: Connection, row: _Row, act: Act, details: audit.Details, at: datetime
) -> TrailHead:
    return audit.append(
        connection,
        authority_id=row.authority_id,
        act=act,
        subject=row.id,
        details=details,
        at=at,
    )
