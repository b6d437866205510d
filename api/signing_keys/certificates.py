"""The certificate that comes back from the CA: is it this key's, and fit to sign?"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from certify.errors import InvalidInput
from certify.signing_key import KeyRecord, imported
from keys.base import KeyRefused
from keys.chain import issuers_of
from keys.fitness import check_strength, check_usage

_MOST_BYTES = 1_000_000


def read_bundle(files: Sequence[Path]) -> list[x509.Certificate]:
    """Read certificates, PEM (any number) or DER (one), of several files.

    Raises:
        InvalidInput: a file is not there or holds none.
    """
    found: list[x509.Certificate] = []
    for file in files:
        try:
            with file.open("rb") as opened:
                data = opened.read(_MOST_BYTES)
            if b"-----BEGIN" in data:
                found += x509.load_pem_x509_certificates(data)
            else:
                found.append(x509.load_der_x509_certificate(data))
        except (OSError, ValueError) as error:
            raise InvalidInput(
                field=str(file), reason="không phải chứng thư số PEM hoặc DER đọc được"
            ) from error
    return found


def with_bundle(key: KeyRecord, bundle: Sequence[x509.Certificate]) -> KeyRecord:
    """Give a key the certificate of a bundle that has its public key.

    Raises:
        InvalidInput: none has, or it was not issued to sign documents.
        WrongState: the key is active already.
    """
    leaf = next((c for c in bundle if spki_of(c) == key.public_key), None)
    if leaf is None:
        raise InvalidInput(
            field="Chứng thư số",
            reason=f"không phải của khóa {key.id}: khóa công khai khác nhau",
        )
    try:
        check_strength(load_der_public_key(key.public_key), key_id=key.id)
        check_usage(leaf, key_id=key.id)
    except KeyRefused as error:
        raise InvalidInput(
            field="Chứng thư số", reason=error.reason.sentence
        ) from error
    return with_certificate(key, leaf, issuers_of(leaf, bundle))


def with_certificate(
    key: KeyRecord, leaf: x509.Certificate, issuers: Sequence[x509.Certificate]
) -> KeyRecord:
    """Put a certificate and its issuers into a key's row."""
    return imported(
        key,
        certificate=leaf.public_bytes(Encoding.DER),
        sha256=leaf.fingerprint(SHA256()).hex(),
        issuers=[c.public_bytes(Encoding.DER) for c in issuers],
    )


def spki_of(certificate: x509.Certificate) -> bytes:
    """SubjectPublicKeyInfo of a certificate, DER."""
    return certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
