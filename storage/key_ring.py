"""Keys for what is encrypted at rest: the newest writes, older ones still read.

Whatever is sealed names its key by `StorageKey.id`, so that a key can be replaced
without touching what is there (NIST SP 800-57 part 1, 5.3.4: a key may decrypt for
longer than it encrypts).
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_ID_BYTES = 8

Reread = Callable[[], Iterable[bytes]]
"""Reads the keys of a purpose anew, as they are now."""


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

    def __init__(
        self, newest: bytes, older: Sequence[bytes] = (), reread: Reread = tuple
    ) -> None:
        """Take the key that writes, and those that only read.

        `reread` is asked for all keys when one is met that is not on the ring: it was
        put before ours while this process ran.

        Raises:
            ValueError: a key that has not 32 bytes.
        """
        self.newest = StorageKey(newest)
        self._by_id = {k.id: k for k in (self.newest, *map(StorageKey, older))}
        self._reread = reread

    def named(self, key_id: bytes) -> StorageKey | None:
        """Return the key with this id; None if it is not on the ring."""
        if key_id not in self._by_id:
            fresh = {key.id: key for key in map(StorageKey, self._reread())}
            self._by_id = {**fresh, **self._by_id}
        return self._by_id.get(key_id)
