"""The register's part of archive renewal: leases, intents, further editions.

A lease here is one on the watch over an attestation, not on the attestation: what was
recovered from the archive has no row there, and is renewed all the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select, update

from certify.attestation import Act, CertifiedCopy, Edition, Lease, StoredObject
from certify.errors import LeaseHeld, LeaseLost, NotFound, WrongState
from certify.heartbeat import DEFAULT_LEASE
from certify.protection import Protection
from certify.renewal import Census, RenewalIntent, RenewalTask
from certify.retry import Waiting
from storage import audit, books, renewal_rows
from storage.database import Database
from storage.exclusive import alone
from storage.lease import is_held, latest_end
from storage.tables import attestations, renewals

_Row = Row[tuple[Any, ...]]
_Algorithms = Collection[tuple[str, ...]]


class SqlRenewals:
    """Fills the `Renewals` port."""

    def __init__(self, *, database: Database, lease: timedelta = DEFAULT_LEASE) -> None:
        """Keep the watch in this database, which is migrated."""
        self._database = database
        self._lease = lease

    def watch_all(self) -> int:
        """Watch released attestations that nobody watches; return how many."""
        with self._database.writing() as connection:
            alone(connection, "watch_all")  # else two would watch the same
            return renewal_rows.watch_all(connection)

    def algorithms_in_use(self) -> Sequence[tuple[str, ...]]:
        """Return every different set of algorithms that newest editions rest on."""
        with self._database.reading() as connection:
            return renewal_rows.algorithms_in_use(connection)

    def next_due(
        self, before: datetime, algorithms: _Algorithms, *, now: datetime, limit: int
    ) -> Sequence[str]:
        """Return attestations to look at now, the most urgent first."""
        with self._database.reading() as connection:
            return renewal_rows.next_due(
                connection,
                before,
                algorithms,
                now=now,
                longest=latest_end(now, self._lease),
                limit=limit,
            )

    def census(self, before: datetime, algorithms: _Algorithms) -> Census:
        """Count all released attestations; name every one that is due."""
        with self._database.reading() as connection:
            return renewal_rows.census(connection, before, algorithms)

    def take(self, attestation_id: str, worker: str, now: datetime) -> RenewalTask:
        """Lease a released attestation for renewal.

        Raises:
            LeaseHeld: there is an unexpired lease, of whatever worker.
            NotFound: nothing released under this id.
        """
        with self._database.writing() as connection:
            row = _locked(connection, attestation_id)
            copy = renewal_rows.released_copy(connection, attestation_id)
            if row is None or copy is None:
                raise NotFound(what="bản sao đã phát hành")
            if is_held(row.lease_until, now, self._lease):
                raise LeaseHeld
            lease = Lease(attestation_id, worker, row.fence + 1, now + self._lease)
            connection.execute(
                update(renewals)
                .where(renewals.c.attestation_id == attestation_id)
                .values(
                    lease_owner=worker, lease_until=lease.expires_at, fence=lease.fence
                )
            )
            return RenewalTask(
                lease=lease,
                copy=copy,
                attempts=row.attempts,
                intent=_intent(row),
                failures=row.failures,
            )

    def extend(self, lease: Lease, now: datetime) -> None:
        """Let a lease run on from now.

        Raises:
            LeaseLost: overtaken or expired.
        """
        with self._database.writing() as connection:
            _change(connection, lease, now, lease_until=now + self._lease)

    def give_back(self, lease: Lease, waiting: Waiting | None, cause: str) -> None:
        """End the lease; an overtaken or ended one is simply gone."""
        values: dict[str, Any] = {"cause": cause, "retry_at": None, "failures": 0}
        if waiting is not None:
            values["retry_at"] = waiting.retry_at
            values["failures"] = renewals.c.failures + 1
        with self._database.writing() as connection:
            connection.execute(
                update(renewals)
                .where(_owned(lease))
                .values(lease_owner=None, lease_until=None, **values)
            )

    def measured(self, lease: Lease, protection: Protection, now: datetime) -> None:
        """Keep what the newest edition rests on.

        Raises:
            LeaseLost: overtaken or expired.
        """
        with self._database.writing() as connection:
            copy = _copy(connection, lease)
            _change(
                connection,
                lease,
                now,
                sha256=copy.newest.stored.sha256,
                **renewal_rows.protection_columns(protection),
            )

    def intend(self, lease: Lease, intent: RenewalIntent, now: datetime) -> None:
        """Write down what is about to be renewed; replaces an earlier attempt's.

        Raises:
            LeaseLost: overtaken or expired.
            WrongState: not the newest edition, or not the next attempt.
        """
        with self._database.writing() as connection:
            row = _held(connection, lease, now)
            copy = _copy(connection, lease)
            newest = copy.newest.stored
            expected = RenewalIntent(row.attempts + 1, newest.sha256, newest.size_bytes)
            if intent != expected:
                raise WrongState(reason="bản sao đã được gia hạn lưu trữ ở lượt khác")
            _change(
                connection,
                lease,
                now,
                attempts=intent.attempt,
                intent_sha256=intent.base_sha256,
                intent_size=intent.base_size,
            )
            details: audit.Details = {
                "attempt": intent.attempt,
                "base": intent.base_sha256,
                "fence": lease.fence,
            }
            _record(connection, copy, lease, audit.Action.RENEWAL_INTEND, details, now)

    def add_edition(
        self,
        lease: Lease,
        intent: RenewalIntent,
        stored: StoredObject,
        protection: Protection,
        now: datetime,
    ) -> Edition:
        """Release the renewed file; the book row stays as it is.

        Raises:
            LeaseLost: overtaken or expired; nothing was released.
            WrongState: this is not the intent that was written down last.
        """
        with self._database.writing() as connection:
            row = _held(connection, lease, now)
            copy = _copy(connection, lease)
            if (
                _intent(row) != intent
                or copy.newest.stored.sha256 != intent.base_sha256
            ):
                raise WrongState(reason="tệp thuộc lượt gia hạn khác")
            edition = add_renewed(connection, copy, stored, intent.attempt, now)
            _change(
                connection,
                lease,
                now,
                sha256=stored.sha256,
                intent_sha256=None,
                intent_size=None,
                **renewal_rows.protection_columns(protection),
            )
            details: audit.Details = {
                "edition": edition.sequence,
                "attempt": intent.attempt,
                "base": intent.base_sha256,
                "file": stored.sha256,
                "version": stored.version_id,
                "fence": lease.fence,
            }
            _record(connection, copy, lease, audit.Action.COPY_RENEW, details, now)
            return edition


def add_renewed(
    connection: Connection,
    copy: CertifiedCopy,
    stored: StoredObject,
    attempt: int,
    now: datetime,
) -> Edition:
    """Add what an attempt made as an edition of a released copy, wherever it is."""
    edition = Edition(
        copy.attestation_id, copy.newest.sequence + 1, stored, "renewed", now
    )
    registered = select(exists().where(attestations.c.id == copy.attestation_id))
    if connection.scalar(registered):
        books.insert_edition(connection, edition)
    else:
        renewal_rows.add_file(connection, copy, stored, attempt, now)
    return edition


def _locked(connection: Connection, attestation_id: str) -> _Row | None:
    return connection.execute(
        select(renewals)
        .where(renewals.c.attestation_id == attestation_id)
        .with_for_update()
    ).first()


def _held(connection: Connection, lease: Lease, now: datetime) -> _Row:
    row = connection.execute(
        select(renewals).where(_holds(lease, now)).with_for_update()
    ).first()
    if row is None:
        raise LeaseLost
    return row


def _change(
    connection: Connection,
    lease: Lease,
    now: datetime,
    **values: Any,  # noqa: ANN401 - column values
) -> None:
    changed = connection.execute(
        update(renewals).where(_holds(lease, now)).values(**values)
    )
    if changed.rowcount != 1:
        raise LeaseLost


def _owned(lease: Lease) -> ColumnElement[bool]:
    return and_(
        renewals.c.attestation_id == lease.attestation_id,
        renewals.c.lease_owner == lease.worker,
        renewals.c.fence == lease.fence,
    )


def _holds(lease: Lease, now: datetime) -> ColumnElement[bool]:
    return and_(_owned(lease), renewals.c.lease_until > now)


def _copy(connection: Connection, lease: Lease) -> CertifiedCopy:
    copy = renewal_rows.released_copy(connection, lease.attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã phát hành")
    return copy


def _intent(row: _Row) -> RenewalIntent | None:
    if row.intent_sha256 is None:
        return None
    return RenewalIntent(row.attempts, row.intent_sha256, row.intent_size)


def _record(
    connection: Connection,
    copy: CertifiedCopy,
    lease: Lease,
    action: audit.Action,
    details: audit.Details,
    now: datetime,
) -> None:
    audit.append(
        connection,
        authority_id=copy.number.authority_id,
        act=Act(actor=f"worker:{lease.worker}", action=action),
        subject=copy.attestation_id,
        details=details,
        at=now,
    )
