"""Trust anchors and the path from a certificate to one of them.

Used before signing, for our own certificates and the TSA's. Path rules are those of
RFC 5280 §6 that concern names, signatures, dates, CA flags and key usage; a full
validation with revocation of the finished file is done by `signing.inspect`.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

_MAX_DEPTH = 6


class TrustError(Exception):
    """No path to a trust anchor; the message is for logs."""


class TrustAnchors:
    """The roots this deployment trusts."""

    def __init__(self, roots: Sequence[x509.Certificate]) -> None:
        """Trust exactly these certificates, whatever their names say."""
        self.roots = tuple(roots)

    def path(
        self,
        leaf: x509.Certificate,
        others: Sequence[x509.Certificate],
        now: datetime,
    ) -> tuple[x509.Certificate, ...]:
        """Return leaf, issuers, root, every link verified at `now`.

        Raises:
            TrustError: no such path.
        """
        path = [leaf]
        while len(path) <= _MAX_DEPTH:
            current = path[-1]
            _check_dates(current, now)
            root = next((r for r in self.roots if _issued(r, current)), None)
            if root is not None:
                _check_dates(root, now)
                return tuple(path) if root == current else (*path, root)
            issuer = next(
                (c for c in others if c not in path and _issued(c, current)), None
            )
            if issuer is None:
                raise TrustError("no issuer for a certificate of the path")
            path.append(issuer)
        raise TrustError("the path is too long")


def load_trust_anchors(folder: Path) -> TrustAnchors:
    """Read every `*.pem` of `<folder>/roots`.

    Raises:
        TrustError: no root there, or a file that is not a certificate.
    """
    files = sorted((folder / "roots").glob("*.pem"))
    if not files:
        raise TrustError(f"no root certificate in {folder.name}/roots")
    roots: list[x509.Certificate] = []
    for file in files:
        try:
            roots.extend(x509.load_pem_x509_certificates(file.read_bytes()))
        except ValueError as error:
            raise TrustError(f"{file.name} is not a certificate") from error
    return TrustAnchors(roots)


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """Tell whether `issuer` is a CA that signed `subject`."""
    if issuer.subject != subject.issuer:
        return False
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        subject.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, TypeError, ValueError):
        return False
    return basic.value.ca


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise TrustError("a certificate of the path is not valid now")
