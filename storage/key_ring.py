"""Keys for what is encrypted at rest: the newest writes, older ones still read.

Whatever is sealed names its key by `StorageKey.id`, so that a key can be replaced
without touching what is there (NIST SP 800-57 part 1, 5.3.4: a key may decrypt for
longer than it encrypts).
"""

from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_ID_BYTES = 8


class StorageKey:
    """One key of the service. Its id names it, and tells nothing of it."""

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes.

        Raises:
            ValueError: of another length.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"a storage key has {KEY_BYTES} bytes")
        self._key = key
        self.id = sha256(b"certified-copy storage key id" + key).digest()[:KEY_ID_BYTES]

    def cipher(self, salt: bytes, purpose: bytes) -> AESGCM:
        """Derive the cipher of one salt and purpose (HKDF-SHA-256, RFC 5869)."""
        return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(self._key))


class KeyRing:
    """The keys of one purpose."""

    def __init__(self, newest: bytes, older: Sequence[bytes] = ()) -> None:
        """Take the key that writes, and those that only read.

        Raises:
            ValueError: a key that has not 32 bytes.
        """
        self.newest = StorageKey(newest)
        self._by_id = {k.id: k for k in (self.newest, *map(StorageKey, older))}

    def named(self, key_id: bytes) -> StorageKey | None:
        """Return the key with this id; None if it is not on the ring."""
        return self._by_id.get(key_id)
