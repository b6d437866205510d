"""The audit trail: one hash chain per authority (invariant 7).

Every row holds number, time, actor, action, subject and details, the digest of the
row before, and its own digest: SHA-256 over the canonical JSON of all of that. The
details hold ids, digests and numbers; no personal data. What an actor typed as a
reason may hold personal data: it is kept beside the chain and may be erased; the
chained row commits to it by SHA-256 over a random salt and the text.

What the chain proves: whoever edits, removes, moves or inserts rows is found by
`check`, unless he recomputes every digest after it, or cuts rows off the end. Only a
witness outside the chain finds that. There are two: the head kept in each book row
(`check` compares them) and the same head in the signed metadata of every copy in
citizens' hands, which nobody can call back.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select

from certify.attestation import Act, TrailHead
from certify.canonical_json import canonical_json, sha256_hex
from certify.clock import Clock
from certify.errors import NotFound, StoredDataDamaged
from storage.columns import utc_text
from storage.comparison_record import IN_PIECES, check_comparisons
from storage.database import Database
from storage.desk_record_rows import check_records
from storage.personal import readable
from storage.tables import authorities, book_rows, trail, trail_reasons

BEFORE_FIRST = TrailHead(sequence=0, digest="0" * 64)
_SALT_BYTES = 32

Details = Mapping[str, str | int | None]


class Action(StrEnum):
    """The closed list of state changes."""

    AUTHORITY_ADD = "authority.add"
    OFFICER_ADD = "officer.add"
    SIGNATORY_ADD = "signatory.add"
    SEAL_AUTHORISE = "seal.authorise"
    SEAL_REVOKE = "seal.revoke"
    KEY_ENROL = "key.enrol"
    SIGNING_KEY_ADD = "signing_key.add"
    SIGNING_KEY_IMPORT = "signing_key.import"
    SIGNING_KEY_ACTIVATE = "signing_key.activate"
    SIGNING_KEY_LIMIT = "signing_key.limit"
    SIGNING_KEY_FREEZE = "signing_key.freeze"
    SIGNING_KEY_UNFREEZE = "signing_key.unfreeze"
    SIGNING_KEY_RETIRE = "signing_key.retire"
    API_KEY_CREATE = "api_key.create"
    API_KEY_REVOKE = "api_key.revoke"
    PERSON_EXPORT = "person.export"
    PERSON_ERASE = "person.erase"
    CASE_OPEN = "case.open"
    CASE_HOLD = "case.hold"
    CASE_UNHOLD = "case.unhold"
    CASE_OVERDUE = "case.overdue"
    ORIGINAL_ADD = "original.add"
    SCAN_ATTACH = "scan.attach"
    SCAN_ADD = "scan.add"
    SCAN_ARRANGE = "scan.arrange"
    SCAN_REDUCE = "scan.reduce"
    SCAN_PURGE = "scan.purge"
    COMPARISON_RECORD = "comparison.record"
    REFUSAL_RECORD = "refusal.record"
    REFUSAL_WITHDRAW = "refusal.withdraw"
    FORGERY_RECORD = "forgery.record"
    STATEMENT_APPROVE = "statement.approve"
    LEASE_TAKE = "lease.take"
    LEASE_GIVE_BACK = "lease.give_back"
    COPY_RESERVE = "copy.reserve"
    COPY_INTEND = "copy.intend"
    SIGNATURE_ASK = "signature.ask"
    SIGNATURE_ANSWER = "signature.answer"
    SIGNATURE_END = "signature.end"
    COPY_RELEASE = "copy.release"
    COPY_RECOVER = "copy.recover"
    RENEWAL_INTEND = "renewal.intend"
    COPY_RENEW = "copy.renew"
    COPY_ANNUL = "copy.annul"
    NUMBER_VOID = "number.void"
    BOOK_CLOSE = "book.close"
    SERVICE_KEY_ROTATE = "service_key.rotate"
    SERVICE_RESTORE = "service.restore"


def append(
    connection: Connection,
    *,
    authority_id: str,
    act: Act,
    subject: str,
    details: Details,
    at: datetime,
) -> TrailHead:
    """Add a row to an authority's chain, inside the caller's transaction.

    `subject` is the id of what changed; `details` are ids, digests and numbers only,
    never personal data.

    Raises:
        ValueError: the action is not in the closed list.
        NotFound: no such authority.
    """
    action = Action(act.action)
    lock_chain(connection, authority_id)
    before = head(connection, authority_id)
    sequence = before.sequence + 1
    salt = secrets.token_bytes(_SALT_BYTES)
    row = {
        "authority_id": authority_id,
        "sequence": sequence,
        "at": at,
        "actor": act.actor,
        "action": action.value,
        "subject": subject,
        "details": dict(details),
        "reason_commitment": reason_commitment(salt, act.reason)
        if act.reason
        else None,
        "previous": before.digest,
    }
    digest = _digest({**row, "at": utc_text(at)})
    connection.execute(insert(trail).values(**row, digest=digest))
    if act.reason:
        connection.execute(
            insert(trail_reasons).values(
                authority_id=authority_id,
                sequence=sequence,
                salt=salt,
                reason=act.reason,
            )
        )
    return TrailHead(sequence, digest)


class DatedTrail:
    """The trail for those whose records are all dated by one clock."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock."""
        self._clock = clock

    def append(
        self,
        connection: Connection,
        authority_id: str,
        act: Act,
        subject: str,
        details: Details,
    ) -> None:
        """Add a row dated now; see `append`."""
        append(
            connection,
            authority_id=authority_id,
            act=act,
            subject=subject,
            details=details,
            at=self._clock.now(),
        )


def head(connection: Connection, authority_id: str) -> TrailHead:
    """Read the newest row; `BEFORE_FIRST` when there is none."""
    row = connection.execute(
        select(trail.c.sequence, trail.c.digest)
        .where(trail.c.authority_id == authority_id)
        .order_by(trail.c.sequence.desc())
        .limit(1)
    ).first()
    return BEFORE_FIRST if row is None else TrailHead(row.sequence, row.digest)


class SqlAuditTrail:
    """Fills the `AuditTrail` port."""

    def __init__(self, *, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def head(self, authority_id: str) -> TrailHead:
        """Return the newest row's number and digest."""
        with self._database.reading() as connection:
            return head(connection, authority_id)

    def record(
        self, authority_id: str, act: Act, subject: str, details: Details, at: datetime
    ) -> TrailHead:
        """Add a row for what changed outside the database; see `append`."""
        with self._database.writing() as connection:
            return append(
                connection,
                authority_id=authority_id,
                act=act,
                subject=subject,
                details=details,
                at=at,
            )

    def check(self, authority_id: str) -> TrailHead:
        """Recompute the chain; hold it against the book's heads and the records.

        Returns:
            The head, to compare with a copy's: a copy that names a later or another
            one proves that rows were cut off or rewritten.

        Raises:
            StoredDataDamaged: at the first broken link, or changed record.
        """
        with self._database.reading() as connection:
            last = _check_chain(connection, authority_id)
            _check_witnesses(connection, authority_id)
            check_comparisons(connection, authority_id)
            check_records(connection, authority_id)
        return last


def lock_chain(connection: Connection, authority_id: str) -> None:
    """Let one writer at a time extend the chain (SQLite's write lock does already).

    The last lock a transaction takes: case, attestation, authority. NO KEY UPDATE, as
    every row that names the authority holds a KEY SHARE lock on it until its
    transaction ends: two that both have one would wait for each other's.
    """
    found = connection.scalar(
        select(authorities.c.id)
        .where(authorities.c.id == authority_id)
        .with_for_update(key_share=True)
    )
    if found is None:
        raise NotFound(what="cơ quan chứng thực")


def _check_chain(connection: Connection, authority_id: str) -> TrailHead:
    chain = (
        select(trail, *readable(trail_reasons, "salt", "reason"))
        .outerjoin(
            trail_reasons,
            and_(
                trail_reasons.c.authority_id == trail.c.authority_id,
                trail_reasons.c.sequence == trail.c.sequence,
            ),
        )
        .where(trail.c.authority_id == authority_id)
        .order_by(trail.c.sequence)
    )
    last = BEFORE_FIRST
    # Closed on an error too: PostgreSQL keeps a cursor for it.
    with connection.execute(chain, execution_options=IN_PIECES) as rows:
        for row in rows:
            expected = last.sequence + 1
            if row.sequence != expected or row.previous != last.digest:
                raise StoredDataDamaged(what=f"nhật ký, dòng {expected}")
            if not (reason_holds(row) and digest_holds(row)):
                raise StoredDataDamaged(what=f"nhật ký, dòng {row.sequence}")
            last = TrailHead(row.sequence, row.digest)
    return last


def reason_holds(row: Row[Any]) -> bool:
    """Tell whether the reason read beside a row, if any, is what it commits to."""
    return row.salt is None or bool(
        row.reason_commitment == reason_commitment(row.salt, row.reason)
    )


def row_digest(row: Row[Any]) -> str:
    """Compute what a row's digest must be."""
    content = {name: row._mapping[name] for name in _CHAINED}  # noqa: SLF001 - public API of SQLAlchemy despite its name
    return _digest({**content, "at": utc_text(row.at)})


def digest_holds(row: Row[Any]) -> bool:
    """Tell whether a row hashes to its digest."""
    return bool(row.digest == row_digest(row))


def _check_witnesses(connection: Connection, authority_id: str) -> None:
    """Every head that a reservation noted must still be in the chain."""
    lost = connection.execute(
        select(book_rows.c.trail_sequence)
        .outerjoin(
            trail,
            and_(
                trail.c.authority_id == book_rows.c.authority_id,
                trail.c.sequence == book_rows.c.trail_sequence,
                trail.c.digest == book_rows.c.trail_digest,
            ),
        )
        .where(book_rows.c.authority_id == authority_id, trail.c.sequence.is_(None))
        .order_by(book_rows.c.trail_sequence)
        .limit(1)
    ).first()
    if lost is not None:
        raise StoredDataDamaged(what=f"nhật ký, dòng {lost.trail_sequence}")


_CHAINED = (
    "authority_id",
    "sequence",
    "at",
    "actor",
    "action",
    "subject",
    "details",
    "reason_commitment",
    "previous",
)


def _digest(content: Mapping[str, object]) -> str:
    return sha256_hex(canonical_json({"type": "trail/1", **content}))


def reason_commitment(salt: bytes, reason: str) -> str:
    """Return what a row keeps of a reason that may be erased."""
    return hashlib.sha256(salt + reason.encode()).hexdigest()
