"""May this certificate sign, now? Asked again before each signature.

TT 15/2025/TT-BKHCN: path, validity, revocation, key usage, algorithm and size. What
was found good is recorded and archived with the copy; the chain and the OCSP and CRL
objects themselves stand in the copy's document security store.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from certify.attestation import CertificateCheck
from certify.clock import Clock
from certify.errors import (
    CertificateUnfit,
    ServiceUnavailable,
    SignatoryAbsent,
    SigningDeclined,
)
from keys.base import (
    KeyBackendError,
    KeyOwnerAbsent,
    KeyRefused,
    RefusalReason,
    SigningKey,
)
from keys.fitness import check_strength, check_usable, check_usage
from signing.names import holder_of
from signing.revocation import RevocationClient, RevocationEvidence
from signing.timestamps import CertificatePath
from signing.trust import TrustAnchors, TrustError

KEY_SERVICE = "Khóa ký số"


class CertificateGuard:
    """Judges the certificates of our keys and of the TSAs."""

    def __init__(
        self,
        *,
        keys: Mapping[str, SigningKey],
        revocation: RevocationClient,
        trust: TrustAnchors,
        clock: Clock,
    ) -> None:
        """`keys` are by key id, and may come and go."""
        self._keys = keys
        self._revocation = revocation
        self._trust = trust
        self._clock = clock

    @property
    def keys(self) -> Mapping[str, SigningKey]:
        """All keys, by id."""
        return self._keys

    def key(self, key_id: str) -> SigningKey:
        """Return a key.

        Raises:
            ServiceUnavailable: it is not loaded, or its backend is away.
            KeyNotUsable: it may not sign now.
        """
        try:
            return self._keys[key_id]
        except KeyError as error:
            raise ServiceUnavailable(service=KEY_SERVICE) from error

    def check_reachable(self, key_id: str) -> None:
        """Check that a key's backend answers and would sign; nothing is signed.

        Raises:
            SignatoryAbsent: it is in its owner's hands, who is not there.
            ServiceUnavailable: it is away.
            CertificateUnfit: it will not sign until a person changes something.
        """
        with self.translated():
            self.key(key_id).check_reachable()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Say in the core's words what a key says: away, or refused."""
        try:
            yield
        except KeyRefused as error:
            if error.reason is RefusalReason.DECLINED:
                raise SigningDeclined from error
            raise CertificateUnfit(
                holder=holder_of(self.key(error.key_id).certificate),
                reason=error.reason.sentence,
            ) from error
        except KeyOwnerAbsent as error:
            holder = holder_of(self.key(error.key_id).certificate)
            raise SignatoryAbsent(holder=holder) from error
        except KeyBackendError as error:
            raise ServiceUnavailable(service=KEY_SERVICE) from error

    def path(self, key_id: str) -> CertificatePath:
        """Return leaf, issuers, root of a key that is fit to sign; not its status.

        Raises:
            CertificateUnfit: weak, of another usage, not valid now, or no path.
        """
        key, now = self.key(key_id), self._clock.now()
        certificate = key.certificate
        try:
            check_strength(certificate.public_key(), key_id=key_id)
            check_usage(certificate, key_id=key_id)
            check_usable(key, now)
        except KeyRefused as error:
            raise CertificateUnfit(
                holder=holder_of(certificate), reason=error.reason.sentence
            ) from error
        try:
            return self._trust.known_path(certificate, key.chain, now)
        except TrustError as error:
            raise CertificateUnfit(
                holder=holder_of(certificate),
                reason="không dẫn tới nơi cấp đáng tin cậy",
            ) from error

    def check(self, key_id: str, expected_sha256: str) -> None:
        """Check that a key's certificate is the expected one, fit and not revoked.

        Raises:
            CertificateUnfit: with the holder and the reason.
            KeyNotUsable: the key is frozen, ended or cannot be opened.
            StatusUnknown, ServiceUnavailable: its status cannot be told.
        """
        certificate = self.key(key_id).certificate
        if fingerprint(certificate) != expected_sha256:
            raise CertificateUnfit(
                holder=holder_of(certificate),
                reason="không phải chứng thư số đã được xác nhận",
            )
        self._revocation.gather([self.path(key_id)])

    def check_status(self, path: CertificatePath) -> None:
        """Check that nothing on a path is revoked.

        Raises:
            CertificateUnfit, StatusUnknown, ServiceUnavailable: see `check`.
        """
        self._revocation.gather([path])

    def evidence(self, paths: Sequence[CertificatePath]) -> RevocationEvidence:
        """Return what proves that nothing on these paths is revoked.

        Raises:
            CertificateUnfit, StatusUnknown, ServiceUnavailable: see `check`.
        """
        return self._revocation.gather(paths)

    def refresh(self) -> int:
        """Fetch again what soon expires; return how much could not be had."""
        return self._revocation.refresh()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, hex."""
    return certificate.fingerprint(SHA256()).hex()


def record(role: str, path: CertificatePath, at: datetime) -> CertificateCheck:
    """Note that a path was found good."""
    return CertificateCheck(
        role=role,
        certificate_sha256=fingerprint(path[0]),
        valid_until=path[0].not_valid_after_utc,
        checked_at=at,
    )
