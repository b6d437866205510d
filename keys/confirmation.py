"""The development signatory's confirmation key: software, P-256.

In production a person confirms with an authenticator (WebAuthn); this key stands in
for that person on a developer's machine and is refused in production by the wiring.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from keys.base import KeyRefused, RefusalReason
from keys.private_file import read_private_file, write_private_file


@dataclass(frozen=True, kw_only=True, eq=False)
class ConfirmationKey:
    """Signs challenges for one person. Never shows its private key."""

    key_id: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key_der(self) -> bytes:
        """SubjectPublicKeyInfo, DER: what is enrolled."""
        return self.private_key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign_challenge(self, challenge: bytes) -> bytes:
        """Return a DER ECDSA signature with SHA-256 over the challenge as message."""
        return self.private_key.sign(challenge, ec.ECDSA(SHA256()))


def create_confirmation_key(
    path: Path, *, key_id: str, passphrase: str
) -> ConfirmationKey:
    """Make a key and keep it in an encrypted PEM file, mode 0600.

    Raises:
        FileExistsError: there is a key already; it may be enrolled.
        KeyRefused: PASSPHRASE_MISSING.
    """
    if not passphrase:
        raise KeyRefused(RefusalReason.PASSPHRASE_MISSING, key_id=key_id)
    if path.exists():
        raise FileExistsError(path)
    private_key = ec.generate_private_key(ec.SECP256R1())
    encryption = BestAvailableEncryption(passphrase.encode())
    write_private_file(
        path,
        private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
    )
    return ConfirmationKey(key_id=key_id, private_key=private_key)


def load_confirmation_key(
    path: Path, *, key_id: str, passphrase: str
) -> ConfirmationKey:
    """Load a key made by `create_confirmation_key`.

    Raises:
        KeyRefused: file missing, exposed or damaged, not encrypted, wrong
            passphrase, or no P-256 key.
        KeyUnreachable: the disk did not answer.
    """
    if not passphrase:
        raise KeyRefused(RefusalReason.PASSPHRASE_MISSING, key_id=key_id)
    data = read_private_file(path, key_id=key_id)
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in data:
        plain = b"PRIVATE KEY-----" in data
        reason = RefusalReason.NOT_ENCRYPTED if plain else RefusalReason.FILE_DAMAGED
        raise KeyRefused(reason, key_id=key_id)
    try:
        private_key = load_pem_private_key(data, passphrase.encode())
    except ValueError as error:
        raise KeyRefused(RefusalReason.PASSPHRASE_WRONG, key_id=key_id) from error
    if not isinstance(private_key, ec.EllipticCurvePrivateKey) or not isinstance(
        private_key.curve, ec.SECP256R1
    ):
        raise KeyRefused(RefusalReason.KEY_UNSUPPORTED, key_id=key_id)
    return ConfirmationKey(key_id=key_id, private_key=private_key)
