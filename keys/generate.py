"""Make a new key in a file: encrypted PKCS#8, without a certificate."""

from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from keys.base import KeyRefused, RefusalReason
from keys.private_file import write_private_file

_PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyAlgorithm(StrEnum):
    """What a new key may be (TT 15/2025/TT-BKHCN: RSA >= 2048, ECDSA >= 256)."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    P_256 = "p-256"
    P_384 = "p-384"


RSA_BITS = {
    KeyAlgorithm.RSA_2048: 2048,
    KeyAlgorithm.RSA_3072: 3072,
    KeyAlgorithm.RSA_4096: 4096,
}


def generate_file_key(
    path: Path, algorithm: KeyAlgorithm, *, key_id: str, passphrase: str
) -> bytes:
    """Make a key, keep it in an encrypted PEM file of mode 0600.

    Returns:
        The public key: SubjectPublicKeyInfo, DER.

    Raises:
        FileExistsError: a file is never replaced: it may be the only copy of a key.
        KeyRefused: PASSPHRASE_MISSING.
    """
    if not passphrase:
        raise KeyRefused(RefusalReason.PASSPHRASE_MISSING, key_id=key_id)
    if path.exists():
        raise FileExistsError(path)
    private_key = _new_key(algorithm)
    encryption = BestAvailableEncryption(passphrase.encode())
    write_private_file(
        path,
        private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
    )
    return private_key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )


def _new_key(algorithm: KeyAlgorithm) -> _PrivateKey:
    match algorithm:
        case KeyAlgorithm.P_256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.P_384:
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            bits = RSA_BITS[algorithm]
            return rsa.generate_private_key(public_exponent=65537, key_size=bits)
