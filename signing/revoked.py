"""Has a certificate of the signer's path been revoked before the proven time?

A file brings the answers of its own day. A list that the verifier fetched later may
say that the key was lost before that: then the answers of the day do not count
(ETSI EN 319 102-1 §5.6.3: the newest information decides).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature

Lists = Sequence[x509.CertificateRevocationList]


def load_lists(lists: Sequence[asn1_crl.CertificateList]) -> Lists:
    """Load lists that asn1crypto has read."""
    return tuple(x509.load_der_x509_crl(found.dump()) for found in lists)


def revoked_since(
    leaf: asn1_x509.Certificate,
    others: Sequence[asn1_x509.Certificate],
    lists: Lists,
) -> datetime | None:
    """Return the earliest revocation on the way from `leaf` up; aware.

    Args:
        leaf: the signer's certificate.
        others: certificates that may be its issuers, trust anchors included.
        lists: revocation lists; one that its issuer did not sign says nothing.
    """
    loaded = [x509.load_der_x509_certificate(c.dump()) for c in (leaf, *others)]
    moments = list(_revocations(loaded[0], loaded, lists))
    return min(moments, default=None)


def _revocations(
    leaf: x509.Certificate, known: Sequence[x509.Certificate], lists: Lists
) -> Iterator[datetime]:
    current, seen = leaf, set[x509.Certificate]()
    while current not in seen and current.issuer != current.subject:
        seen.add(current)
        issuer = next((c for c in known if _issued(c, current)), None)
        if issuer is None:
            return
        for found in lists:
            entry = found.get_revoked_certificate_by_serial_number(
                current.serial_number
            )
            if entry is not None and _is_by(found, issuer):
                yield entry.revocation_date_utc
        current = issuer


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    if issuer.subject != subject.issuer:
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _is_by(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    if found.issuer != issuer.subject:
        return False
    try:
        return found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # others raise TypeError
    except TypeError:
        return False
