"""API keys: stored as digests, compared in constant time."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, select, update

from certify.access import ApiKey, Scope
from certify.attestation import Act
from certify.errors import NotFound, ServiceUnavailable
from certify.identifiers import new_id
from storage import audit
from storage.database import Database
from storage.tables import api_keys

_PLAIN = re.compile(r"cc_([0-9a-f]{32})([0-9a-f]{64})")
_SECRET_BYTES = 32
_USE_NOTED_EVERY = timedelta(minutes=1)
_NO_DIGEST = "0" * 64


class SqlApiKeys:
    """Fills the `ApiKeys` port.

    A key is "cc_", its id and 256 random bits in hex. Only SHA-256 of the secret part
    is stored: a slow password hash protects secrets that can be guessed, and nobody
    guesses 256 random bits; a fast one keeps every call cheap.
    """

    def __init__(self, *, database: Database) -> None:
        """Keep the keys in this database."""
        self._database = database

    def create(
        self,
        authority_id: str,
        scopes: frozenset[Scope],
        label: str,
        *,
        expires_at: datetime,
        now: datetime,
        act: Act,
    ) -> str:
        """Make a key and return its plain text: the only time it can be read."""
        key_id, secret = new_id(), secrets.token_hex(_SECRET_BYTES)
        with self._database.writing() as connection:
            audit.append(
                connection,
                authority_id=authority_id,
                act=act,
                subject=key_id,
                details={"scopes": " ".join(sorted(scopes))},
                at=now,
            )
            connection.execute(
                insert(api_keys).values(
                    id=key_id,
                    authority_id=authority_id,
                    label=label,
                    scopes=sorted(scopes),
                    secret_sha256=_digest(secret),
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return f"cc_{key_id}{secret}"

    def check(self, plain: str, now: datetime) -> ApiKey | None:
        """Return the key if it is known, not expired and not revoked."""
        match = _PLAIN.fullmatch(plain)
        if match is None:
            return None
        key_id, secret = match.groups()
        with self._database.reading() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.id == key_id)
            ).first()
        # An unknown id costs the same comparison as a known one.
        stored = _NO_DIGEST if row is None else row.secret_sha256
        right = hmac.compare_digest(_digest(secret), stored)
        if row is None or not right:
            return None
        if row.revoked_at is not None or now >= row.expires_at:
            return None
        return _key(row, last_used_at=self._note_use(row, now))

    def revoke(self, key_id: str, *, now: datetime, act: Act) -> None:
        """Refuse the key from now on; revoking again changes nothing.

        Raises:
            NotFound: no such key.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.id == key_id).with_for_update()
            ).first()
            if row is None:
                raise NotFound(what="khóa API")
            if row.revoked_at is not None:
                return
            connection.execute(
                update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=now)
            )
            audit.append(
                connection,
                authority_id=row.authority_id,
                act=act,
                subject=key_id,
                details={},
                at=now,
            )

    def list(self, authority_id: str) -> Sequence[ApiKey]:
        """All keys of an authority, newest first, revoked ones included."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(api_keys)
                .where(api_keys.c.authority_id == authority_id)
                .order_by(api_keys.c.created_at.desc(), api_keys.c.id)
            )
            return [_key(row, last_used_at=row.last_used_at) for row in rows]

    def _note_use(self, row: Row[tuple[object, ...]], now: datetime) -> datetime | None:
        """Remember the use, at most once a minute: most calls write nothing."""
        last: datetime | None = row.last_used_at
        if last is not None and now - last < _USE_NOTED_EVERY:
            return last
        # A busy database must not turn a good key away.
        with suppress(ServiceUnavailable), self._database.writing() as connection:
            connection.execute(
                update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=now)
            )
        return now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row[tuple[object, ...]], *, last_used_at: datetime | None) -> ApiKey:
    return ApiKey(
        id=row.id,
        authority_id=row.authority_id,
        label=row.label,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=last_used_at,
        revoked_at=row.revoked_at,
    )
