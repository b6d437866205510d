"""Personal fields, encrypted in the database: column types and their keys.

A file of the database, its WAL, a dump or a backup tells nobody's name. A value is

    text     "f1:" and base64url of: key id, nonce, sealed text
    bytes    b"f1:", key id, nonce, sealed bytes

sealed by AES-256-GCM (NIST SP 800-38D) under a random nonce of 96 bits, with the name
of its column as additional data: a value moved to another column does not open. It
would open in another row of its column; where that matters a digest or a commitment of
the trail binds the row (`docs/privacy.md`). The key id is the start of a hash of the
key: it names which key, and tells nothing of it.

A sealed column can only be read and written: SQL cannot compare it, and an attempt is
refused here instead of finding nothing.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    ColumnElement,
    Dialect,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    type_coerce,
)
from sqlalchemy.sql.operators import OperatorType, is_, is_not
from typing_extensions import override

from certify.canonical_json import canonical_json
from certify.errors import StoredDataDamaged

KEY_BYTES = 32
_MARK = b"f1:"
_ID_BYTES, _NONCE_BYTES = 4, 12
_ON_DIALECT = "certify_field_keys"
_DAMAGED = "trường dữ liệu cá nhân đã mã hóa"

Reread = Callable[[], Iterable[bytes]]
"""Reads the keys anew, as they are now."""


class FieldKeys:
    """The keys of personal fields: the first seals, all of them open."""

    def __init__(self, newest: bytes, *older: bytes, reread: Reread = tuple) -> None:
        """Take keys of 32 random bytes each.

        `reread` is asked for all keys when one is met that is not among them: it was
        put before ours while this process ran.

        Raises:
            ValueError: one has another length.
        """
        self._ciphers = _ciphers((*older, newest))
        self._reread = reread
        self.newest_id = _key_id(newest)

    def knows(self, sealed: bytes) -> bool:
        """Tell whether the key that this was sealed by is one of ours."""
        key_id = sealed[:_ID_BYTES]
        if key_id not in self._ciphers:
            self._ciphers = {**_ciphers(self._reread()), **self._ciphers}
        return key_id in self._ciphers

    def seal(self, column: str, plain: bytes) -> bytes:
        """Encrypt a value for a column ("table.column")."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self.newest_id]
        return self.newest_id + nonce + cipher.encrypt(nonce, plain, _bound_to(column))

    def sealed_by_newest(self, sealed: bytes) -> bool:
        """Tell whether `seal` would use the key that this was sealed by."""
        return sealed[:_ID_BYTES] == self.newest_id

    def open(self, column: str, sealed: bytes) -> bytes:
        """Decrypt a value of a column.

        Raises:
            StoredDataDamaged: altered, of another column, or under an unknown key.
        """
        body = sealed[_ID_BYTES:]
        if not self.knows(sealed) or len(body) < _NONCE_BYTES:
            raise StoredDataDamaged(what=_DAMAGED)
        cipher = self._ciphers[sealed[:_ID_BYTES]]
        nonce, body = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, _bound_to(column))
        except InvalidTag as error:
            raise StoredDataDamaged(what=_DAMAGED) from error


def use_keys(dialect: Dialect, keys: FieldKeys | None) -> None:
    """Let an engine's dialect, which every type is handed, carry the keys."""
    vars(dialect)[_ON_DIALECT] = keys


def keys_of(dialect: Dialect) -> FieldKeys:
    """Return the keys of an engine.

    Raises:
        StoredDataDamaged: the database was opened without the service key.
    """
    keys: FieldKeys | None = vars(dialect).get(_ON_DIALECT)
    if keys is None:
        raise StoredDataDamaged(what="khóa dịch vụ")
    return keys


class _Unsearchable(TypeDecorator.Comparator[Any]):
    @override
    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> Any:
        if op not in {is_, is_not}:
            raise TypeError("an encrypted column cannot be compared in SQL")
        return super().operate(op, *other, **kwargs)


class PersonalText(TypeDecorator[Any]):
    """Text, sealed; `column` is "table.column". `forgiving`: see `readable`."""

    impl = Text
    cache_ok = True
    comparator_factory = _Unsearchable

    def __init__(self, column: str, *, forgiving: bool = False) -> None:
        super().__init__()
        self.column = column
        self.forgiving = forgiving

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.sealed(keys_of(dialect), value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        try:
            return None if value is None else self.opened(keys_of(dialect), value)
        except StoredDataDamaged:
            if not self.forgiving:
                raise
            return "\0"

    def is_newest(self, keys: FieldKeys, stored: str) -> bool:
        """Tell whether a stored value was sealed under the newest key."""
        return keys.sealed_by_newest(_unpacked(stored))

    def sealed(self, keys: FieldKeys, value: Any) -> str:  # noqa: ANN401 - see `plain_of`
        """Encrypt a value as it is stored."""
        sealed = keys.seal(self.column, self.plain_of(value).encode())
        return _MARK.decode() + base64.urlsafe_b64encode(sealed).decode()

    def opened(self, keys: FieldKeys, stored: str) -> Any:  # noqa: ANN401 - see `value_of`
        """Decrypt a stored value. Raises StoredDataDamaged."""
        return self.value_of(keys.open(self.column, _unpacked(stored)).decode())

    def plain_of(self, value: Any) -> str:  # noqa: ANN401 - text here, JSON below
        """Turn a value into the text that is sealed."""
        return str(value)

    def value_of(self, plain: str) -> Any:  # noqa: ANN401 - text here, JSON below
        """Inverse of `plain_of`."""
        return plain


class PersonalJson(PersonalText):
    """Plain values as canonical JSON text, sealed."""

    cache_ok = True

    @override
    def plain_of(self, value: Any) -> str:
        return canonical_json(value)

    @override
    def value_of(self, plain: str) -> Any:
        return json.loads(plain)


class PersonalBytes(TypeDecorator[bytes]):
    """Bytes, sealed: salts, without which nobody tests a guess at a commitment."""

    impl = LargeBinary
    cache_ok = True
    comparator_factory = _Unsearchable

    def __init__(self, column: str, *, forgiving: bool = False) -> None:
        super().__init__()
        self.column = column
        self.forgiving = forgiving

    @override
    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else self.sealed(keys_of(dialect), value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        try:
            return None if value is None else self.opened(keys_of(dialect), value)
        except StoredDataDamaged:
            if not self.forgiving:
                raise
            return b""

    @staticmethod
    def is_ours(keys: FieldKeys, stored: object) -> bool:
        """Tell whether a value, as it is stored, was sealed under one of the keys."""
        if not isinstance(stored, bytes) or not stored.startswith(_MARK):
            return False
        return keys.knows(stored[len(_MARK) :])

    def is_newest(self, keys: FieldKeys, stored: bytes) -> bool:
        """Tell whether a stored value was sealed under the newest key."""
        return keys.sealed_by_newest(stored[len(_MARK) :])

    def sealed(self, keys: FieldKeys, value: bytes) -> bytes:
        """Encrypt a value as it is stored."""
        return _MARK + keys.seal(self.column, value)

    def opened(self, keys: FieldKeys, stored: bytes) -> bytes:
        """Decrypt a stored value. Raises StoredDataDamaged."""
        if not stored.startswith(_MARK):
            raise StoredDataDamaged(what=_DAMAGED)
        return keys.open(self.column, stored[len(_MARK) :])


Personal = PersonalText | PersonalBytes


def readable(table: Table, *names: str) -> Sequence[ColumnElement[Any]]:
    """Return a table's columns, or some, read without an error when one is damaged.

    A damaged field then reads as something that no commitment was made to. For those
    who hold rows against commitments and name the row that does not fit; nobody else.
    """
    columns = [table.c[name] for name in names] if names else table.columns
    return [
        type_coerce(
            column, type(column.type)(column.type.column, forgiving=True)
        ).label(column.name)
        if isinstance(column.type, Personal)
        else column
        for column in columns
    ]


def _unpacked(stored: str) -> bytes:
    """Return the sealed bytes of a stored text. Raises StoredDataDamaged."""
    mark, body = stored[: len(_MARK)], stored[len(_MARK) :]
    if mark != _MARK.decode():
        raise StoredDataDamaged(what=_DAMAGED)
    try:
        return base64.b64decode(body, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise StoredDataDamaged(what=_DAMAGED) from error


def _ciphers(keys: Iterable[bytes]) -> dict[bytes, AESGCM]:
    """Return key id → cipher. Raises ValueError: a key of another length."""
    keys = tuple(keys)
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"a field key has {KEY_BYTES} bytes")
    return {_key_id(key): AESGCM(key) for key in keys}


def _key_id(key: bytes) -> bytes:
    return sha256(b"certified-copy field key id" + key).digest()[:_ID_BYTES]


def _bound_to(column: str) -> bytes:
    return f"certified-copy field/1 {column}".encode()
