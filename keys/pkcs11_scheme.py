"""Signature schemes in the words of PKCS #11; pure functions.

A token gets a digest only: `CKM_RSA_PKCS`, `CKM_RSA_PKCS_PSS` and `CKM_ECDSA` are the
mechanisms that every module has, and no document has to travel to the HSM.
"""

from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import MGF, Mechanism

from keys.base import SignatureScheme
from keys.schemes import ECDSA

# DER of DigestInfo up to the digest, SHA-256 (RFC 8017 §9.2 note 1).
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_PSS = (Mechanism.SHA256, MGF.SHA256, 32)

_Request: TypeAlias = tuple[Mechanism, tuple[Mechanism, MGF, int] | None, bytes]


def mechanism_of(
    scheme: SignatureScheme, public_key: CertificatePublicKeyTypes, digest: bytes
) -> _Request:
    """Return mechanism, its parameter and the data to give to C_Sign."""
    match scheme:
        case SignatureScheme.RSA_PKCS1_SHA256:
            return Mechanism.RSA_PKCS, None, _DIGEST_INFO + digest
        case SignatureScheme.RSA_PSS_SHA256:
            return Mechanism.RSA_PKCS_PSS, _PSS, digest
        case SignatureScheme.ECDSA_SHA256 | SignatureScheme.ECDSA_SHA384:
            # Modules refuse data longer than the order (FIPS 186-5 §6.4.1: its
            # leftmost bits count).
            if isinstance(public_key, ec.EllipticCurvePublicKey):
                digest = digest[: (public_key.key_size + 7) // 8]
            return Mechanism.ECDSA, None, digest


def as_der(scheme: SignatureScheme, raw: bytes) -> bytes:
    """Return an RSA signature as it is, r and s of ECDSA as DER (RFC 3279 §2.2.3)."""
    if scheme not in ECDSA:
        return raw
    half = len(raw) // 2
    return encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )
