"""Secrets of a backup under a passphrase: scrypt (RFC 7914) and AES-256-GCM.

The words are normalised (NFC, as RFC 8265, 4.2.1): from paper they are typed again on
another keyboard, and Vietnamese ones write the same letters in different code points.

8 bytes "CCSECRET", 1 byte version (1), 16 bytes salt, 12 bytes nonce, sealed bytes
"""

import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from certify.errors import InvalidInput, StoredDataDamaged

_PREFIX = b"CCSECRET\x01"
_SALT, _NONCE, _KEY = 16, 12, 32
_COST, _BLOCK = 1 << 17, 8  # 128 MiB and half a second for each guess


def seal(plain: bytes, passphrase: str) -> bytes:
    """Encrypt a few kilobytes."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    head = _PREFIX + salt + nonce
    return head + _cipher(passphrase, salt).encrypt(nonce, plain, head)


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        StoredDataDamaged: not such bytes.
        InvalidInput: another passphrase, or altered: nobody can tell which.
    """
    end = len(_PREFIX) + _SALT + _NONCE
    head = sealed[:end]
    if len(head) < end or not head.startswith(_PREFIX):
        raise StoredDataDamaged(what="khóa trong bản sao lưu")
    salt, nonce = head[len(_PREFIX) : -_NONCE], head[-_NONCE:]
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed[end:], head)
    except InvalidTag as error:
        raise InvalidInput(
            field="Mật khẩu của bản sao lưu",
            reason="không đúng, hoặc tệp khóa trong bản sao lưu đã bị sửa",
        ) from error


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    scrypt = Scrypt(salt=salt, length=_KEY, n=_COST, r=_BLOCK, p=1)
    words = unicodedata.normalize("NFC", passphrase)
    return AESGCM(scrypt.derive(words.encode()))
