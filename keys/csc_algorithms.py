"""Signature schemes in the words of the CSC API, and the check of what comes back."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from asn1crypto import algos
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.x509 import Certificate

from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.schemes import check_scheme, verify_digest

_SHA256, _SHA384 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2"
_PSS_PARAMETERS = algos.RSASSAPSSParams(
    {
        "hash_algorithm": {"algorithm": "sha256"},
        "mask_gen_algorithm": {
            "algorithm": "mgf1",
            "parameters": {"algorithm": "sha256"},
        },
        "salt_length": 32,
    }
).dump()  # RFC 8017 §A.2.3

# The algorithm's own OID is preferred to the one of the key's type, which some
# services list instead; the hash is named by `hashAlgo` in both cases.
_OIDS = {
    SignatureScheme.RSA_PKCS1_SHA256: ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"),
    SignatureScheme.RSA_PSS_SHA256: ("1.2.840.113549.1.1.10",),
    SignatureScheme.ECDSA_SHA256: ("1.2.840.10045.4.3.2", "1.2.840.10045.2.1"),
    SignatureScheme.ECDSA_SHA384: ("1.2.840.10045.4.3.3", "1.2.840.10045.2.1"),
}


@dataclass(frozen=True)
class CscAlgorithm:
    """What `signatures/signHash` is told (CSC API 1.0.4 §11.9).

    Attributes:
        sign_algo, hash_algo: OIDs.
        parameters: DER, for RSASSA-PSS only.
    """

    sign_algo: str
    hash_algo: str
    parameters: bytes = field(default=b"", repr=False)


def algorithm_for(
    scheme: SignatureScheme,
    certificate: Certificate,
    offered: Sequence[str],
    *,
    key_id: str,
) -> CscAlgorithm:
    """Choose among the OIDs that the credential offers.

    Raises:
        KeyRefused: SCHEME_UNSUITABLE; the key or the service cannot do the scheme.
    """
    check_scheme(certificate.public_key(), scheme, key_id=key_id)
    sign_algo = next((oid for oid in _OIDS[scheme] if oid in offered), None)
    if sign_algo is None:
        raise KeyRefused(RefusalReason.SCHEME_UNSUITABLE, key_id=key_id)
    return CscAlgorithm(
        sign_algo,
        _SHA384 if scheme is SignatureScheme.ECDSA_SHA384 else _SHA256,
        _PSS_PARAMETERS if scheme is SignatureScheme.RSA_PSS_SHA256 else b"",
    )


def verified(
    signature: bytes, digest: bytes, scheme: SignatureScheme, certificate: Certificate
) -> bytes:
    """Return the signature as `SigningKey.sign_digest` promises it, once it verifies.

    The CSC API leaves the form of an ECDSA signature open: DER is usual, r and s side
    by side (IEEE P1363) occurs. The certificate decides: only a reading under which
    the signature verifies is handed on, so nothing is ambiguous.

    Raises:
        InvalidSignature: under no reading.
    """
    public_key = certificate.public_key()
    readings: Iterable[bytes] = [signature]
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        readings = _readings(signature, (public_key.key_size + 7) // 8)
    for candidate in readings:
        with suppress(InvalidSignature):
            verify_digest(public_key, scheme, digest, candidate)
            return candidate
    raise InvalidSignature


def _readings(signature: bytes, size: int) -> Iterator[bytes]:
    """Yield what an ECDSA signature can mean, as DER; numbers of `size` bytes."""
    with suppress(ValueError):  # no DER
        yield encode_dss_signature(*decode_dss_signature(signature))
    if len(signature) == 2 * size:
        r, s = signature[:size], signature[size:]
        yield encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
