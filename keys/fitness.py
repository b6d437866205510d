"""What a key and its certificate must be before they may sign a document."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
    PublicKeyTypes,
)
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtendedKeyUsage,
    ExtensionNotFound,
    KeyUsage,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys.base import KeyRefused, RefusalReason, SigningKey

MIN_RSA_BITS = 2048  # TT 15/2025/TT-BKHCN
MIN_EC_BITS = 256  # TT 15/2025/TT-BKHCN
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

# A certificate limited to these purposes was not issued to sign documents. Others
# (emailProtection, clientAuth, documentSigning ...) are seen on real ones.
_OTHER_PURPOSES = frozenset(
    {
        ExtendedKeyUsageOID.TIME_STAMPING,
        ExtendedKeyUsageOID.OCSP_SIGNING,
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CODE_SIGNING,
    }
)


def check_strength(
    public_key: CertificatePublicKeyTypes | PublicKeyTypes, *, key_id: str
) -> None:
    """Refuse short keys (KEY_WEAK) and types nobody verifies (KEY_UNSUPPORTED)."""
    match public_key:
        case rsa.RSAPublicKey():
            weak, known = public_key.key_size < MIN_RSA_BITS, True
        case ec.EllipticCurvePublicKey():
            weak = public_key.key_size < MIN_EC_BITS
            known = isinstance(public_key.curve, CURVES)
        case _:
            weak, known = False, False
    if weak:
        raise KeyRefused(RefusalReason.KEY_WEAK, key_id=key_id)
    if not known:
        raise KeyRefused(RefusalReason.KEY_UNSUPPORTED, key_id=key_id)


def check_match(
    public_key: PublicKeyTypes, certificate: Certificate, *, key_id: str
) -> None:
    """Refuse (KEY_MISMATCH) a key that is not the certificate's."""
    if public_key != certificate.public_key():
        raise KeyRefused(RefusalReason.KEY_MISMATCH, key_id=key_id)


def check_usage(certificate: Certificate, *, key_id: str) -> None:
    """Refuse (USAGE_WRONG) a certificate that was not issued to sign documents.

    RFC 5280 §4.2.1.3: keyUsage must be there and allow digitalSignature or
    nonRepudiation. CA certificates never sign documents.
    """
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound as error:
        raise KeyRefused(RefusalReason.USAGE_WRONG, key_id=key_id) from error
    purposes: set[object] = set()
    authority = False
    for extension in extensions:
        if isinstance(extension.value, ExtendedKeyUsage):
            purposes = set(extension.value)
        if isinstance(extension.value, BasicConstraints):
            authority = extension.value.ca
    signs = usage.digital_signature or usage.content_commitment
    elsewhere = bool(purposes) and purposes <= _OTHER_PURPOSES
    if authority or elsewhere or not signs:
        raise KeyRefused(RefusalReason.USAGE_WRONG, key_id=key_id)


def check_usable(key: SigningKey, now: datetime) -> None:
    """Check the validity period of the leaf at this aware time.

    Revocation is not known here.

    Raises:
        KeyRefused: NOT_YET_VALID or EXPIRED.
    """
    if now < key.certificate.not_valid_before_utc:
        raise KeyRefused(RefusalReason.NOT_YET_VALID, key_id=key.key_id)
    if now > key.certificate.not_valid_after_utc:
        raise KeyRefused(RefusalReason.EXPIRED, key_id=key.key_id)
