"""Trust anchors of a folder, and the path from a certificate to one of them.

The folder's manifest says which certificates are trusted and for what
(`certify.trust`); a file it does not list, or whose fingerprint differs, is named and
not used. Path rules are those of RFC 5280 §6 that concern names, signatures, dates, CA
flags and key usage; a full validation with revocation of the finished file is done by
`signing.inspect`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from certify.trust import (
    Anchor,
    ManifestError,
    Purpose,
    TrustProblem,
    Vouching,
    parse_manifest,
)
from keys.base import KeyRefused
from keys.fitness import check_strength

MANIFEST = "manifest.json"
_MAX_DEPTH = 6
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_NO_ISSUER = (
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    InvalidSignature,
    UnsupportedAlgorithm,
    TypeError,
    ValueError,
)
_CERTIFICATES = (".pem", ".crt", ".cer", ".der", ".p7b")


class TrustError(Exception):
    """No path to a trust anchor; the message is for logs."""


class TrustAnchors:
    """The roots trusted for one purpose."""

    def __init__(
        self,
        roots: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate] = (),
    ) -> None:
        """Trust exactly these roots, whatever their names say."""
        self.roots = tuple(roots)
        self._intermediates = tuple(intermediates)
        self._found: dict[bytes, tuple[x509.Certificate, ...]] = {}

    def known_path(
        self,
        leaf: x509.Certificate,
        others: Sequence[x509.Certificate],
        now: datetime,
    ) -> tuple[x509.Certificate, ...]:
        """Do the same as `path` for one of our few keys: only dates can change.

        Raises:
            TrustError: no such path.
        """
        key = leaf.fingerprint(hashes.SHA256())
        if key not in self._found:
            self._found[key] = self.path(leaf, others, now)
        for certificate in self._found[key]:
            _check_dates(certificate, now)
        return self._found[key]

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
        others = (*others, *self._intermediates)
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


@dataclass(frozen=True)
class TrustedCertificate:
    """An anchor of the manifest with its certificate, the fingerprint checked."""

    anchor: Anchor
    certificate: x509.Certificate


@dataclass(frozen=True)
class TrustStore:
    """What a trust folder holds.

    Attributes:
        trusted: listed, there, and of the right fingerprint.
        problems: of the others, and of entries whose time is over or not yet come.
    """

    trusted: tuple[TrustedCertificate, ...]
    problems: tuple[TrustProblem, ...]

    def anchors(self, *purposes: Purpose, now: datetime | None = None) -> TrustAnchors:
        """Return the roots for any of these purposes, at a time if one is given."""
        roots = [
            t.certificate
            for t in self.trusted
            if t.anchor.purposes.intersection(purposes)
            and (now is None or t.anchor.covers(now))
        ]
        return TrustAnchors(roots, self.intermediates)

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """Certificates that join a bare leaf to its root, and vouch for nothing."""
        return tuple(
            t.certificate for t in self.trusted if Purpose.CHAIN in t.anchor.purposes
        )

    def vouching(
        self,
        leaf: x509.Certificate,
        others: Iterable[x509.Certificate],
        moment: datetime,
    ) -> tuple[Vouching, ...]:
        """Return every root the certificate leads up to that is trusted at a time.

        Dates of the certificates are not looked at: they are the validation's part.
        """
        above = _ancestors(leaf, (*others, *self.intermediates))
        return tuple(
            Vouching(str(t.anchor.hierarchy), tuple(sorted(t.anchor.purposes)))
            for t in self.trusted
            if t.anchor.covers(moment)
            and Purpose.CHAIN not in t.anchor.purposes
            and any(_issued(t.certificate, c) for c in above)
        )

    def chain(
        self, leaf: x509.Certificate, others: Iterable[x509.Certificate]
    ) -> tuple[x509.Certificate, ...]:
        """Return the CAs above a certificate, for display: nothing follows from it."""
        known = (*others, *(t.certificate for t in self.trusted))
        above: list[x509.Certificate] = []
        current = leaf
        while len(above) < _MAX_DEPTH:
            issuer = next((c for c in known if _issued(c, current)), None)
            if issuer is None or issuer in (leaf, *above):
                break
            above.append(issuer)
            current = issuer
        return tuple(above)


def load_trust_store(folder: Path, now: datetime) -> TrustStore:
    """Read a trust folder by its manifest.

    Raises:
        ManifestError: no manifest, or one that cannot be used.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ManifestError(f"không có {MANIFEST} đọc được") from error
    trusted, problems = [], []
    anchors = parse_manifest(text)
    for anchor in anchors:
        loaded = _load(folder, anchor)
        if isinstance(loaded, TrustProblem):
            problems.append(loaded)
            continue
        trusted.append(TrustedCertificate(anchor, loaded))
        problems.extend(_period(anchor, now))
    problems.extend(_unlisted(folder, {anchor.file for anchor in anchors}))
    return TrustStore(tuple(trusted), tuple(problems))


def load_trust_anchors(folder: Path, now: datetime, *purposes: Purpose) -> TrustAnchors:
    """Read the roots trusted now for any of these purposes.

    Raises:
        TrustError: there is none.
    """
    try:
        anchors = load_trust_store(folder, now).anchors(*purposes, now=now)
    except ManifestError as error:
        raise TrustError(str(error)) from error
    if not anchors.roots:
        raise TrustError("no root for this purpose")
    return anchors


def _load(folder: Path, anchor: Anchor) -> x509.Certificate | TrustProblem:
    try:
        data = (folder / anchor.file).read_bytes()
    except OSError:
        return _problem("missing", anchor.file, "có trong manifest nhưng không có tệp")
    try:
        certificate = _one_certificate(data)
    except ValueError:
        return _problem("unreadable", anchor.file, "không phải đúng một chứng thư số")
    if certificate.fingerprint(hashes.SHA256()).hex() != anchor.sha256:
        return _problem("fingerprint", anchor.file, "dấu vân khác với manifest")
    return certificate


def _one_certificate(data: bytes) -> x509.Certificate:
    if b"-----BEGIN" not in data:
        return x509.load_der_x509_certificate(data)
    (certificate,) = x509.load_pem_x509_certificates(data)
    return certificate


def _period(anchor: Anchor, now: datetime) -> Iterator[TrustProblem]:
    if now < anchor.valid_from:
        yield _problem("not_yet", anchor.file, "chưa đến ngày được tin", grave=False)
    elif not anchor.covers(now):
        yield _problem("expired", anchor.file, "đã hết thời hạn được tin", grave=False)


def _unlisted(folder: Path, listed: set[str]) -> Iterator[TrustProblem]:
    for file in sorted(folder.glob("*/*")):
        name = file.relative_to(folder).as_posix()
        if file.suffix.lower() in _CERTIFICATES and name not in listed:
            yield _problem("unlisted", name, "không có trong manifest")


def _problem(
    code: str, file: str, sentence: str, *, grave: bool = True
) -> TrustProblem:
    return TrustProblem(code, f"{file}: {sentence}, nên không được dùng", grave)


def _ancestors(
    leaf: x509.Certificate, others: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Return the leaf and every certificate above it, cross-certificates included."""
    above, todo = [leaf], [(leaf, 0)]
    while todo:
        current, depth = todo.pop()
        for other in others if depth < _MAX_DEPTH else ():
            if other not in above and _issued(other, current):
                above.append(other)
                todo.append((other, depth + 1))
    return above


def _issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """Tell whether `issuer` is a CA that signed `subject`."""
    if issuer.subject != subject.issuer:
        return False
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        subject.verify_directly_issued_by(issuer)
    except _NO_ISSUER:
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
