"""The service key: 32 random bytes; every other secret is derived from it."""

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certify.errors import InvalidInput, StoredDataDamaged

KEY_BYTES = 32
PRIVATE_FILE = 0o600


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


def read_service_key(path: Path) -> bytes:
    """Return the key.

    Raises:
        InvalidInput: other users of the machine can read it.
        StoredDataDamaged: missing or of another length.
    """
    try:
        key = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise StoredDataDamaged(what="khóa dịch vụ") from error
    if len(key) != KEY_BYTES:
        raise StoredDataDamaged(what="khóa dịch vụ")
    if mode & 0o077:
        raise InvalidInput(
            field=path.name, reason="người dùng khác đọc được, hãy đặt quyền 0600"
        )
    return key


def derive_key(service_key: bytes, purpose: str) -> bytes:
    """Return the key of one purpose (HKDF-SHA-256, RFC 5869).

    Args:
        service_key: the root secret.
        purpose: one of the names in use, e.g. "archive"; another name is another key.
    """
    hkdf = HKDF(
        algorithm=SHA256(),
        length=KEY_BYTES,
        salt=None,
        info=f"certify/{purpose}/1".encode(),
    )
    return hkdf.derive(service_key)
