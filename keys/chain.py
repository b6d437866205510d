"""Order the certificates that come with a key."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate


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
