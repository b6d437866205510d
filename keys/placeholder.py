"""A certificate to open a key that has none yet, so that it can ask for one.

Every backend opens a key together with its certificate and proves that they belong
together. A new key gets this one for its request, its ceremony and its test: it names
nobody and is signed by a key that is thrown away, so nothing anywhere trusts it.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256

_NAME = x509.Name(
    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "CHƯA CÓ CHỨNG THƯ SỐ")]
)
_LIFE = timedelta(days=1)


def placeholder_certificate(
    public_key: CertificatePublicKeyTypes, now: datetime
) -> x509.Certificate:
    """Return a certificate of this public key that nobody trusts."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
        .add_extension(usage, critical=True)
        .sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
    )
