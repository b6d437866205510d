"""The Ed25519 key that signs checkpoints of the public trail.

It needs no certificate: its public half lies in the trust folder. The private half is
derived from the service key and never written down.
"""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_NAME = "certified-copy.trail"
_MARK_CHARACTERS = 16


class NoteSigningKey:
    """Signs texts. Safe to use from several threads."""

    def __init__(self, seed: bytes) -> None:
        """Take the 32 secret bytes (RFC 8032 §5.1.5).

        Raises:
            ValueError: another length.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw
        )

    @property
    def name(self) -> str:
        """Name of key and log: the same key has the same name wherever it serves."""
        mark = sha256(self.public).hexdigest()[:_MARK_CHARACTERS]
        return f"{_NAME}/{mark}"

    def sign(self, text: str) -> bytes:
        """Return the signature over the UTF-8 bytes of a text (64 bytes)."""
        return self._key.sign(text.encode())
