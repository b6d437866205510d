"""Certificate revocation lists (RFC 5280 §5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys.devpki.folder import IssuedRecord, Revocation
from keys.devpki.profiles import Issuer


@dataclass(frozen=True)
class _Cached:
    der: bytes
    made_at: datetime
    revoked: Mapping[int, Revocation]


class CrlIssuer:
    """Makes the CRL of one CA, and keeps it until half of its life has passed."""

    def __init__(
        self,
        *,
        issuer: Issuer,
        life: timedelta,
        index: Callable[[], Mapping[int, IssuedRecord]],
    ) -> None:
        self._issuer = issuer
        self._life = life
        self._index = index
        self._lock = Lock()
        self._cached: _Cached | None = None

    def crl(self, now: datetime) -> bytes:
        """Return the list in DER; a new one as soon as a revocation begins."""
        revoked = {
            record.serial: revocation
            for record in self._index().values()
            if record.ca_name == self._issuer.name
            and (revocation := record.revoked(now))
        }
        with self._lock:
            cached = self._cached
            if cached is None or not self._serves(cached, revoked, now):
                cached = _Cached(self._make(revoked, now), now, revoked)
                self._cached = cached
            return cached.der

    def _serves(
        self, cached: _Cached, revoked: Mapping[int, Revocation], now: datetime
    ) -> bool:
        age = now - cached.made_at
        return timedelta(0) <= age < self._life / 2 and cached.revoked == revoked

    def _make(self, revoked: Mapping[int, Revocation], now: datetime) -> bytes:
        this_update = now.replace(microsecond=0)
        issuer_id = self._issuer.certificate.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        ).value
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._issuer.certificate.subject)
            .last_update(this_update)
            .next_update(this_update + self._life)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                    issuer_id
                ),
                critical=False,
            )
            # The number must grow (§5.2.3); microseconds do, without a counter file.
            .add_extension(
                x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False
            )
        )
        for serial, revocation in revoked.items():
            builder = builder.add_revoked_certificate(_entry(serial, revocation))
        crl = builder.sign(self._issuer.private_key, SHA256())
        return crl.public_bytes(Encoding.DER)


def _entry(serial: int, revocation: Revocation) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(serial)
        .revocation_date(revocation.when)
    )
    # RFC 5280 §5.3.1: "unspecified" SHOULD be left out.
    if revocation.reason is not x509.ReasonFlags.unspecified:
        reason = x509.CRLReason(revocation.reason)
        builder = builder.add_extension(reason, critical=False)
    return builder.build()
