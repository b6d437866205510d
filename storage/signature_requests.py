"""Signature requests in SQL: where a worker and a signatory's browser meet.

They are other processes, on other machines; what both reach is the database. A request
changes state once, under its row's lock, with its audit record in the same transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from certify.attestation import Act
from certify.errors import NotFound, SignatureAnswered, SignatureLate, WrongState
from certify.signature_request import Outcome, RequestState, SignatureRequest
from storage import audit
from storage.database import Database
from storage.tables import attestations, signing_presence
from storage.tables import signature_requests as table

# A page asks every second or two: most of its questions write nothing.
_PRESENCE_NOTED_EVERY = timedelta(seconds=5)

_Row = Row[tuple[Any, ...]]


class SqlSignatureRequests:
    """Fills the `SignatureRequests` port."""

    def __init__(self, *, database: Database) -> None:
        """Keep the requests in this database, which is migrated."""
        self._database = database

    def ask(self, request: SignatureRequest, act: Act) -> None:
        """Store a request; end those of earlier attempts.

        Raises:
            NotFound: no such attestation.
            WrongState: this key was asked for this attempt before.
        """
        with self._database.writing() as connection:
            if connection.scalar(select(exists().where(_same_question(request)))):
                raise WrongState(reason="lượt ký này đã được hỏi")
            replaced = Act(act.actor, audit.Action.SIGNATURE_END)
            for row in _pending_of(connection, request):
                _end(connection, row, RequestState.REPLACED, replaced, request.asked_at)
            connection.execute(
                insert(table).values(
                    **vars(request), state=RequestState.PENDING.value, bad_tries=0
                )
            )
            _record(connection, request, act, {}, request.asked_at)

    def outcome(self, request_id: str) -> Outcome:
        """Tell where a request stands. Raises NotFound."""
        with self._database.reading() as connection:
            return _outcome(_row(connection, request_id))

    def pending(self, key_id: str, now: datetime) -> Sequence[SignatureRequest]:
        """Return what a key's owner is asked for now, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(table)
                .where(
                    table.c.key_id == key_id,
                    table.c.state == RequestState.PENDING.value,
                    table.c.expires_at > now,
                )
                .order_by(table.c.asked_at, table.c.id)
            )
            return [_request(row) for row in rows]

    def request(self, request_id: str) -> SignatureRequest:
        """Return a request in whatever state. Raises NotFound."""
        with self._database.reading() as connection:
            return _request(_row(connection, request_id))

    def answer(
        self, request_id: str, signature: bytes, act: Act, now: datetime
    ) -> None:
        """Take the verified signature.

        Raises:
            SignatureAnswered, SignatureLate: the request has ended.
        """
        with self._database.writing() as connection:
            row = _open_row(connection, request_id, now)
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(state=RequestState.ANSWERED.value, signature=signature)
            )
            _record(connection, _request(row), act, {}, now)

    def note_bad(self, request_id: str, now: datetime, *, most: int) -> int:
        """Count a bad signature; at the most, the request ends.

        Raises:
            SignatureAnswered, SignatureLate: the request has ended.
        """
        with self._database.writing() as connection:
            row = _open_row(connection, request_id, now)
            left: int = max(0, most - row.bad_tries - 1)
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(bad_tries=row.bad_tries + 1)
            )
            if not left:
                act = Act("system", audit.Action.SIGNATURE_END)
                _end(connection, row, RequestState.SPOILT, act, now)
            return left

    def end(
        self, request_id: str, state: RequestState, act: Act, now: datetime
    ) -> Outcome:
        """End a pending request without a signature; one that has ended stays."""
        with self._database.writing() as connection:
            row = _row(connection, request_id, lock=True)
            if row.state == RequestState.PENDING:
                _end(connection, row, state, act, now)
                return Outcome(state, None)
            return _outcome(row)

    def note_present(self, key_id: str, now: datetime) -> None:
        """Remember that a key's owner is ready to sign."""
        last = self.last_present(key_id)
        if last is not None and timedelta(0) <= now - last < _PRESENCE_NOTED_EVERY:
            return
        # Two pages of one person may come first together; either word will do.
        with suppress(IntegrityError), self._database.writing() as connection:
            noted = connection.execute(
                update(signing_presence)
                .where(signing_presence.c.key_id == key_id)
                .values(ready_at=now)
            )
            if not noted.rowcount:
                connection.execute(
                    insert(signing_presence).values(key_id=key_id, ready_at=now)
                )

    def note_absent(self, key_id: str) -> None:
        """Forget that the owner is there."""
        with self._database.writing() as connection:
            connection.execute(
                delete(signing_presence).where(signing_presence.c.key_id == key_id)
            )

    def last_present(self, key_id: str) -> datetime | None:
        """When a key's owner was last known to be ready."""
        with self._database.reading() as connection:
            return connection.scalar(
                select(signing_presence.c.ready_at).where(
                    signing_presence.c.key_id == key_id
                )
            )


def _same_question(request: SignatureRequest) -> Any:  # noqa: ANN401 - SQLAlchemy's condition
    return (
        (table.c.attestation_id == request.attestation_id)
        & (table.c.attempt == request.attempt)
        & (table.c.key_id == request.key_id)
    )


def _pending_of(connection: Connection, request: SignatureRequest) -> Sequence[_Row]:
    """Read and lock what is pending of earlier attempts of the same copy."""
    return connection.execute(
        select(table)
        .where(
            table.c.attestation_id == request.attestation_id,
            table.c.attempt < request.attempt,
            table.c.state == RequestState.PENDING.value,
        )
        .with_for_update()
    ).all()


def _row(connection: Connection, request_id: str, *, lock: bool = False) -> _Row:
    query = select(table).where(table.c.id == request_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(what="lượt ký này")
    return row


def _open_row(connection: Connection, request_id: str, now: datetime) -> _Row:
    """Read and lock a request that still takes a signature."""
    row = _row(connection, request_id, lock=True)
    if row.state == RequestState.ANSWERED:
        raise SignatureAnswered
    if row.state != RequestState.PENDING or now >= row.expires_at:
        raise SignatureLate
    return row


def _end(
    connection: Connection, row: _Row, state: RequestState, act: Act, now: datetime
) -> None:
    connection.execute(
        update(table).where(table.c.id == row.id).values(state=state.value)
    )
    _record(connection, _request(row), act, {"state": state.value}, now)


def _outcome(row: _Row) -> Outcome:
    return Outcome(RequestState(row.state), row.signature)


def _request(row: _Row) -> SignatureRequest:
    return SignatureRequest(
        id=row.id,
        key_id=row.key_id,
        attestation_id=row.attestation_id,
        attempt=row.attempt,
        certificate_sha256=row.certificate_sha256,
        scheme=row.scheme,
        digest=row.digest,
        signed_attributes=row.signed_attributes,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )


def _record(
    connection: Connection,
    request: SignatureRequest,
    act: Act,
    details: dict[str, str],
    at: datetime,
) -> None:
    authority_id = connection.scalar(
        select(attestations.c.authority_id).where(
            attestations.c.id == request.attestation_id
        )
    )
    if authority_id is None:
        raise NotFound(what="bản sao này")
    audit.append(
        connection,
        authority_id=authority_id,
        act=act,
        subject=request.attestation_id,
        details={
            "request": request.id,
            "attempt": request.attempt,
            "certificate": request.certificate_sha256,
            "digest": request.digest.hex(),
            **details,
        },
        at=at,
    )
