"""Trust anchors and the path from a certificate to one of them.

Used before signing, for our own certificates and the TSA's. Path rules are those of
RFC 5280 §6 that concern names, signatures, dates, CA flags and key usage; a full
validation with revocation of the finished file is done by `signing.inspect`.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from keys.base import KeyRefused
from keys.fitness import check_strength

_MAX_DEPTH = 6
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


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
            _check_algorithms(current)
            root = next((r for r in self.roots if _issued(r, current)), None)
            if root is not None:
                _check_dates(root, now)
                _check_key(root)  # nobody relies on the signature of a root
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
    return basic.value.ca and _may_sign_certificates(issuer)


def _may_sign_certificates(issuer: x509.Certificate) -> bool:
    """RFC 5280 §6.1.4 (n): keyUsage, where it is there, must allow it."""
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return True
    return usage.value.key_cert_sign


def _check_algorithms(certificate: x509.Certificate) -> None:
    """TT 15/2025/TT-BKHCN: SHA-256 or better, RSA 2048 or EC 256 or better."""
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise TrustError("a signature algorithm of the path is not known") from error
    if not isinstance(digest, _DIGESTS):
        raise TrustError("a certificate of the path is signed with a weak digest")
    _check_key(certificate)


def _check_key(certificate: x509.Certificate) -> None:
    try:
        check_strength(certificate.public_key(), key_id="path")
    except (KeyRefused, UnsupportedAlgorithm) as error:
        raise TrustError("a key of the path is too weak or not known") from error


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise TrustError("a certificate of the path is not valid now")
