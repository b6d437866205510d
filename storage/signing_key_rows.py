"""Reads and counts of signing keys inside a caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from certify.errors import NotFound
from certify.signing_key import (
    KeyRecord,
    KeyRole,
    KeyState,
    check_limit,
    check_usable,
    current,
)
from certify.statement import AuthorisedStatement
from storage.tables import signing_keys


def read_key(
    connection: Connection, key_id: str, *, lock: bool = False
) -> KeyRecord | None:
    """Read a key; with `lock`, keep others from changing it."""
    query = select(signing_keys).where(signing_keys.c.id == key_id)
    found = _records(connection, query.with_for_update() if lock else query)
    return found[0] if found else None


def read_keys(connection: Connection, authority_id: str) -> Sequence[KeyRecord]:
    """Read an authority's keys in order of creation."""
    return _records(
        connection,
        select(signing_keys)
        .where(signing_keys.c.authority_id == authority_id)
        .order_by(signing_keys.c.created_at, signing_keys.c.id),
    )


def current_key_id(
    connection: Connection,
    authority_id: str,
    person_id: str | None,
    now: datetime,
    *,
    fallback: str,
) -> str:
    """Return the key that new statements take for a person, or None for the seal.

    `fallback` is the key named beside the person: of a set-up without a registry.
    """
    columns = signing_keys.c
    holder = (
        columns.person_id.is_(None)
        if person_id is None
        else columns.person_id == person_id
    )
    found = _records(
        connection,
        select(signing_keys).where(
            columns.authority_id == authority_id,
            holder,
            columns.state == KeyState.ACTIVE.value,
        ),
    )
    chosen = current(found, now)
    return fallback if chosen is None else chosen.id


def check_keys(
    connection: Connection, statement: AuthorisedStatement, now: datetime
) -> None:
    """Check that both keys of a statement may be used once more. Raises KeyNotUsable.

    A key that is not on record is not of the registry: nothing is known against it.
    """
    for key_id in (statement.signatory_key_id, statement.seal_key_id):
        key = read_key(connection, key_id)
        if key is not None:
            check_usable(key, now)
            check_limit(key)


def count_uses(
    connection: Connection, statement: AuthorisedStatement, now: datetime
) -> dict[str, str | int | None]:
    """Count one use of both keys; return what the trail says of them.

    Raises:
        KeyNotUsable: frozen, ended or used up since; nothing is counted.
    """
    details: dict[str, str | int | None] = {}
    for role, key_id in (
        (KeyRole.SIGNATORY, statement.signatory_key_id),
        (KeyRole.SEAL, statement.seal_key_id),
    ):
        key = read_key(connection, key_id, lock=True)
        details[f"{role}_key"] = key_id
        if key is None:
            continue
        check_usable(key, now)
        check_limit(key)
        connection.execute(
            update(signing_keys)
            .where(signing_keys.c.id == key_id)
            .values(uses=key.uses + 1)
        )
        details[f"{role}_key_use"] = key.uses + 1
    return details


def found(key: KeyRecord | None) -> KeyRecord:
    """Return the key. Raises NotFound when there is none."""
    if key is None:
        raise NotFound(what="khóa ký này trong sổ khóa")
    return key


def key_values(key: KeyRecord) -> dict[str, Any]:
    """Return the columns of a key; `changed_at` is the caller's."""
    return {
        "id": key.id,
        "authority_id": key.authority_id,
        "role": key.role.value,
        "person_id": key.person_id,
        "backend": key.backend,
        "parameters": dict(key.parameters),
        "secrets": dict(key.secrets),
        "public_key": key.public_key,
        "certificate": key.certificate,
        "certificate_sha256": key.certificate_sha256,
        "issuers": [issuer.hex() for issuer in key.issuers],
        "state": key.state.value,
        "frozen": key.frozen,
        "active_from": key.active_from,
        "active_to": key.active_to,
        "uses": key.uses,
        "use_limit": key.use_limit,
        "created_at": key.created_at,
    }


def _records(
    connection: Connection, query: Select[tuple[Any, ...]]
) -> Sequence[KeyRecord]:
    return [_as_key(row) for row in connection.execute(query)]


def _as_key(row: Row[tuple[Any, ...]]) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        authority_id=row.authority_id,
        role=KeyRole(row.role),
        person_id=row.person_id,
        backend=row.backend,
        parameters=row.parameters,
        secrets=row.secrets,
        public_key=row.public_key,
        certificate=row.certificate,
        certificate_sha256=row.certificate_sha256,
        issuers=tuple(bytes.fromhex(issuer) for issuer in row.issuers),
        state=KeyState(row.state),
        frozen=row.frozen,
        active_from=row.active_from,
        active_to=row.active_to,
        uses=row.uses,
        use_limit=row.use_limit,
        created_at=row.created_at,
    )
