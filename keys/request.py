"""A certification request, signed by the key itself wherever it lies (RFC 2986)."""

from hashlib import new

from asn1crypto import csr, keys, pem, x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Name

from keys.algorithms import algorithm_identifier
from keys.base import SigningKey


def certification_request(key: SigningKey, subject: Name) -> bytes:
    """Return a PKCS#10 request, DER.

    `cryptography` signs requests only with keys it holds itself, so the request is
    built here and its digest given to the key, be it in a file or in an HSM.

    Raises:
        KeyUnreachable, KeyRefused: from the key.
    """
    spki = key.certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.load(subject.public_bytes()),
            "subject_pk_info": keys.PublicKeyInfo.load(spki),
            "attributes": [],
        }
    )
    digest = new(key.scheme.hash_algorithm.name, info.dump()).digest()
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algorithm_identifier(key.scheme),
            "signature": key.sign_digest(digest),
        }
    )
    return bytes(request.dump())


def pem_request(request: bytes) -> str:
    """Write a request as CAs take it (RFC 7468 §7)."""
    return str(pem.armor("CERTIFICATE REQUEST", request).decode("ascii"))
