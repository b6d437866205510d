"""The service keys: every other secret of the service is derived from them.

`service.key` holds keys of 32 random bytes one after the other, the newest first. What
is new is sealed under the newest; the others open what is older. `certify init` makes
the first, `certify keys service rotate` puts a new one before it.
"""

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.durable import PRIVATE_FILE, write_private
from api.trust_folder import locked
from certify.errors import InvalidInput, ServiceUnavailable, StoredDataDamaged

KEY_BYTES = 32


def write_service_key(path: Path) -> None:
    """Make a new key, readable by its owner only.

    Raises:
        FileExistsError: a key is never replaced; all archives hang on it.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_service_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys, the newest first.

    Raises:
        InvalidInput: other users of the machine can read them.
        StoredDataDamaged: missing, or cut.
    """
    try:
        text = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise StoredDataDamaged(what="khóa dịch vụ") from error
    if not text or len(text) % KEY_BYTES:
        raise StoredDataDamaged(what="khóa dịch vụ")
    if mode & 0o077:
        raise InvalidInput(
            field=path.name, reason="người dùng khác đọc được, hãy đặt quyền 0600"
        )
    return tuple(
        text[start : start + KEY_BYTES] for start in range(0, len(text), KEY_BYTES)
    )


def rotate_service_key(path: Path) -> tuple[bytes, ...]:
    """Put a new key before the others, all or nothing; return them all.

    Running processes go on with the keys they have read: what they seal can be read
    with the new file as well, as it keeps every older key. They read the file again
    when they meet the new key.

    Raises:
        InvalidInput, StoredDataDamaged: see `read_service_keys`.
        ServiceUnavailable: the disk is full or may not be written; nothing changed.
    """
    with locked(path.parent):  # of two at once the second keeps the first one's key
        keys = (secrets.token_bytes(KEY_BYTES), *read_service_keys(path))
        try:
            write_private(path, b"".join(keys))
        except OSError as error:
            raise ServiceUnavailable(service="Thư mục dữ liệu") from error
    return keys


def derive_key(service_key: bytes, purpose: str) -> bytes:
    """Return the key of one purpose (HKDF-SHA-256, RFC 5869).

    Args:
        service_key: one of the root secrets.
        purpose: one of the names in use, e.g. "archive"; another name is another key.
    """
    hkdf = HKDF(
        algorithm=SHA256(),
        length=KEY_BYTES,
        salt=None,
        info=f"certify/{purpose}/1".encode(),
    )
    return hkdf.derive(service_key)


def derive_keys(service_keys: Sequence[bytes], purpose: str) -> tuple[bytes, ...]:
    """Return the keys of one purpose, the newest first; see `derive_key`."""
    return tuple(derive_key(key, purpose) for key in service_keys)
