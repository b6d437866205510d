"""Read and order the certificates that come with a key."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_pem_x509_certificates

from keys.base import KeyRefused, KeyUnreachable, RefusalReason


def read_certificates(path: Path, *, key_id: str) -> list[Certificate]:
    """Read a PEM file of certificates; they are public, so its mode is not looked at.

    Raises:
        KeyRefused: CERTIFICATE_UNREADABLE for a file without any, or missing.
        KeyUnreachable: the disk did not answer.
    """
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, PermissionError, ValueError) as error:
        raise KeyRefused(RefusalReason.CERTIFICATE_UNREADABLE, key_id=key_id) from error
    except OSError as error:
        raise KeyUnreachable(key_id=key_id) from error


def issuers_of(
    leaf: Certificate, candidates: Sequence[Certificate]
) -> tuple[Certificate, ...]:
    """Return the leaf's issuer, its issuer and so on, as far as they are known.

    Each link is proved by its signature; unrelated certificates are left out.
    """
    ordered: list[Certificate] = []
    current = leaf
    while current.issuer != current.subject:
        issuer = next((c for c in candidates if _issued(c, current)), None)
        if issuer is None or issuer in ordered:
            break
        ordered.append(issuer)
        current = issuer
    return tuple(ordered)


def _issued(issuer: Certificate, subject: Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
