"""A key that never comes here: a USB token in the machine of the person who signs.

What is known is its certificate. A signature is asked for over an exchange that other
code fills: it brings the request to the owner and the answer back. Whatever carried it,
an answer counts only once it verifies with the certificate.
"""

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.x509 import Certificate, load_pem_x509_certificates

from keys.base import KeyRefused, RefusalReason, SignatureScheme, SigningPurpose
from keys.chain import issuers_of
from keys.schemes import check_scheme, usual_scheme, verify_digest
from keys.settings import ExternalKeySettings


@dataclass(frozen=True, kw_only=True)
class WantedSignature:
    """One signature that an owner is asked for.

    Attributes:
        certificate_sha256: of the DER, hex: the certificate it must verify with.
        message: what `digest` was made of; None when only the digest is known.
        purpose: None when nobody said what it is for.
        time_limit_seconds: how long the owner may take.
    """

    key_id: str
    certificate_sha256: str
    scheme: SignatureScheme
    digest: bytes
    message: bytes | None
    purpose: SigningPurpose | None
    time_limit_seconds: float


class SignatureExchange(Protocol):
    """The way to the owners of keys and back. Safe to use from several threads."""

    def check_present(self, key_id: str) -> None:
        """Raise KeyOwnerAbsent unless the owner is ready to sign now."""
        ...

    def signature(self, wanted: WantedSignature) -> bytes:
        """Wait for the owner's answer.

        Raises:
            KeyOwnerAbsent: no answer in time.
            KeyRefused: the owner said no, or the exchange does not carry this request.
        """
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class ExternalKey:
    """Fills `keys.base.AttendedKey`; use `keys.open.open_key`."""

    key_id: str
    scheme: SignatureScheme
    certificate: Certificate = field(repr=False)
    chain: tuple[Certificate, ...] = field(repr=False)
    exchange: SignatureExchange = field(repr=False)
    time_limit_seconds: float

    def check_reachable(self) -> None:
        """Check that the owner is ready to sign; see `keys.base.SigningKey`."""
        self.exchange.check_present(self.key_id)

    def sign_digest(self, digest: bytes) -> bytes:
        """Ask for a signature over a digest; see `keys.base.SigningKey`."""
        return self._ask(digest, None, None)

    def sign_message(self, message: bytes, purpose: SigningPurpose) -> bytes:
        """Ask for a signature, saying what for; see `keys.base.AttendedKey`."""
        state = Hash(self.scheme.hash_algorithm)
        state.update(message)
        return self._ask(state.finalize(), message, purpose)

    def verifies(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether this is a signature of this key over this digest."""
        try:
            verify_digest(self.certificate.public_key(), self.scheme, digest, signature)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _ask(
        self, digest: bytes, message: bytes | None, purpose: SigningPurpose | None
    ) -> bytes:
        if len(digest) != self.scheme.hash_algorithm.digest_size:
            raise ValueError("digest length does not fit the scheme")
        signature = self.exchange.signature(
            WantedSignature(
                key_id=self.key_id,
                certificate_sha256=self.certificate.fingerprint(SHA256()).hex(),
                scheme=self.scheme,
                digest=digest,
                message=message,
                purpose=purpose,
                time_limit_seconds=self.time_limit_seconds,
            )
        )
        if not self.verifies(digest, signature):
            raise KeyRefused(RefusalReason.KEY_MISMATCH, key_id=self.key_id)
        return signature


def open_external_key(
    settings: ExternalKeySettings, *, exchange: SignatureExchange
) -> ExternalKey:
    """Read the certificates; that the owner holds the key shows with each signature.

    Raises:
        KeyRefused: CERTIFICATE_UNREADABLE, or SCHEME_UNSUITABLE for a scheme of
            another type of key.
    """
    key_id = settings.key_id
    leaf, *others = _certificates(settings)
    public_key = leaf.public_key()
    scheme = settings.scheme or usual_scheme(public_key)
    check_scheme(public_key, scheme, key_id=key_id)
    return ExternalKey(
        key_id=key_id,
        scheme=scheme,
        certificate=leaf,
        chain=issuers_of(leaf, others),
        exchange=exchange,
        time_limit_seconds=settings.time_limit_seconds,
    )


def _certificates(settings: ExternalKeySettings) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(settings.certificates.read_bytes())
    except (OSError, ValueError) as error:
        reason = RefusalReason.CERTIFICATE_UNREADABLE
        raise KeyRefused(reason, key_id=settings.key_id) from error
