"""The register in SQL: leases, numbers, intents and releases.

Each method is one committed transaction with its audit record. Steps forward are
only made under a lease whose fence is the newest (`storage.lease`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, update

from certify.annulment import Annulment, Decision
from certify.attestation import (
    Act,
    Edition,
    Intent,
    IssuanceStep,
    IssuanceTask,
    Lease,
    Reservation,
    StoredObject,
    TrailHead,
)
from certify.clock import Clock, vietnamese_day
from certify.errors import LeaseHeld, TryLater, WrongState
from certify.evidence import ArchivedCopy
from certify.heartbeat import DEFAULT_LEASE
from certify.numbering import (
    DEFAULT_BOOK_KIND,
    DEFAULT_NUMBER_TEMPLATE,
    RegisterNumber,
)
from certify.protection import Protection
from certify.retry import Waiting
from storage import annulments, audit, books, recovery, renewal_rows
from storage.database import Database
from storage.desk_record_rows import check_may_issue
from storage.issuance_rows import (
    as_intent,
    as_reservation,
    as_statement,
    live_book_row,
    lock_attestation,
    lock_case,
)
from storage.lease import (
    NOT_WAITING,
    end_lease,
    held_row,
    is_held,
    latest_end,
    update_held,
)
from storage.register_reads import (
    UNFINISHED,
    finish_case,
    read_task,
    remember_paper,
    unfinished_ids,
)
from storage.register_view import SqlRegisterView
from storage.signing_key_rows import check_keys, count_uses
from storage.tables import attestations
from storage.trail_tree import newest_head
from storage.voiding import close_book, void_number

_Row = Row[tuple[Any, ...]]


class SqlRegister(SqlRegisterView):
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
        super().__init__(database=database)
        self._clock = clock
        self._lease = lease
        self._numbering_open = False
        self._book_kind = book_kind
        self._number_template = number_template

    def take(self, attestation_id: str, worker: str, now: datetime) -> IssuanceTask:
        """Lease an approved, unreleased attestation and read all it needs.

        Raises:
            LeaseHeld: there is an unexpired lease, of whatever worker.
            WrongState: not approved, refused, or already released or void.
            NotFound: no such attestation.
            StoredDataDamaged: the statement does not match its digest.
        """
        with self._database.writing() as connection:
            row = lock_attestation(connection, attestation_id)
            if row.step not in UNFINISHED:
                raise WrongState(reason="bản sao chưa được xác nhận hoặc đã phát hành")
            check_may_issue(connection, row.original_id)
            if is_held(row.lease_until, now, self._lease):
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

    def give_back(self, lease: Lease, waiting: Waiting | None) -> None:
        """End the lease; an overtaken or ended one is simply gone."""
        with self._database.writing() as connection:
            if not end_lease(connection, lease, waiting):
                return
            row = lock_attestation(connection, lease.attestation_id)
            act = _act(lease, audit.Action.LEASE_GIVE_BACK)
            details: audit.Details = {
                "fence": lease.fence,
                "waiting": _waits_for(waiting),
            }
            _record(connection, row, act, details, self._clock.now())

    def renew(self, lease: Lease, now: datetime) -> None:
        """Let a lease run on from now: beside and between slow steps.

        Raises:
            LeaseLost: overtaken or expired.
        """
        with self._database.writing() as connection:
            update_held(connection, lease, now, lease_until=now + self._lease)

    def reserve(self, lease: Lease, now: datetime) -> Reservation:
        """Take the next number of the book, or return the one already taken.

        The trail head in it is the record of this very reservation, stored with the
        row: composing again after a crash prints the same head.

        Raises:
            LeaseLost: overtaken or expired; no number was taken.
            TryLater: `open_numbering` was not called in this process.
            KeyNotUsable: a key of the statement may not sign; no number was taken.
            WrongState: the book of this year is closed; or the number it has is of an
                earlier year, whose book must be closed first.
        """
        if not self._numbering_open:
            raise TryLater(reason="sổ chứng thực chưa đối chiếu với kho lưu trữ")
        with self._database.writing() as connection:
            row = held_row(connection, lease, now)
            existing = live_book_row(connection, row.id)
            if existing is not None:
                # A number of last year cannot stand on a paper dated this year.
                if existing.year != vietnamese_day(now).year:
                    raise WrongState(
                        reason=f"sổ năm {existing.year} chưa khóa, "
                        f"số {existing.number} chờ hủy khi khóa sổ"
                    )
                reserved = as_reservation(existing)
                return replace(reserved, checkpoint=newest_head(connection))
            check_keys(connection, as_statement(row), now)
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
            return Reservation(number, head, newest_head(connection))

    def intend(self, lease: Lease, intent: Intent, now: datetime) -> None:
        """Write down what is about to be signed; replaces an earlier attempt's.

        One use of both keys is counted: from here on they may have been used.

        Raises:
            LeaseLost: overtaken or expired.
            KeyNotUsable: a key of the statement may not sign; the number is kept.
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
                or vietnamese_day(intent.attested_at).year != intent.number.year
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
                intent_statement_digest=intent.statement_digest,
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
                **count_uses(connection, as_statement(row), now),
            }
            _record(
                connection, row, _act(lease, audit.Action.COPY_INTEND), details, now
            )

    def complete(
        self,
        lease: Lease,
        intent: Intent,
        sealed: StoredObject,
        now: datetime,
        *,
        protection: Protection | None = None,
    ) -> Edition:
        """Complete the book row, add edition 1, release: all in one transaction.

        Raises:
            LeaseLost: overtaken or expired; nothing was released.
            WrongState: this is not the intent that was written down last.
        """
        with self._database.writing() as connection:
            lock_case(connection, lease.attestation_id)
            row = held_row(connection, lease, now)
            stored = as_intent(row, live_book_row(connection, row.id))
            if (
                row.step != IssuanceStep.INTENDED
                or stored != intent
                or intent.statement_digest != row.statement_digest
            ):
                raise WrongState(reason="tệp thuộc lượt ký khác")
            edition = Edition(row.id, 1, sealed, "issued", now)
            books.complete_row(connection, intent, as_statement(row))
            books.insert_edition(connection, edition)
            renewal_rows.watch(connection, row.id, sealed.sha256, protection)
            update_held(
                connection,
                lease,
                now,
                step=IssuanceStep.RELEASED.value,
                lease_owner=None,
                lease_until=None,
                **NOT_WAITING,
            )
            remember_paper(connection, row, now)
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

    def open_numbering(self) -> None:
        """Let this process reserve numbers: the archive was replayed."""
        self._numbering_open = True

    def recover(self, copies: Sequence[ArchivedCopy], now: datetime) -> None:
        """Write copies that a restored database forgot into the book, released.

        Raises:
            StoredDataDamaged: a number stands on two attestations.
        """
        with self._database.writing() as connection:
            recovery.recover(connection, copies, now)

    def void(self, attestation_id: str, act: Act, now: datetime) -> RegisterNumber:
        """Void the number of an attestation by a decision; the row stays.

        Raises:
            NotFound, WrongState, LeaseHeld: see `storage.voiding.void_number`.
        """
        with self._database.writing() as connection:
            return void_number(connection, attestation_id, act, now)

    def close_year(
        self, authority_id: str, kind: str, year: int, act: Act, now: datetime
    ) -> Sequence[str]:
        """Close a book; what is still reserved in it becomes void.

        Raises:
            NotFound, WrongState, LeaseHeld: see `storage.voiding.close_book`.
        """
        with self._database.writing() as connection:
            return close_book(connection, authority_id, kind, year, act, now)

    def annul(
        self, attestation_id: str, decision: Decision, act: Act, now: datetime
    ) -> Annulment:
        """Record an annulment with its audit row, in one transaction.

        Raises:
            NotFound, WrongState: see `storage.annulments.annul`.
        """
        with self._database.writing() as connection:
            return annulments.annul(connection, attestation_id, decision, act, now)

    def unfinished(self, now: datetime, *, due: bool = False) -> Sequence[str]:
        """Ids approved but not released, that `take` would lease; oldest first."""
        with self._database.reading() as connection:
            return unfinished_ids(
                connection, now, latest_end(now, self._lease), due=due
            )


def _waits_for(waiting: Waiting | None) -> str:
    if waiting is None:
        return "no"
    return "person" if waiting.needs_person else "yes"


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
