"""A key at a remote signing service: Cloud Signature Consortium API 1.0.4.

Each signature is authorised by itself: the PIN is sent with the one hash, the service
binds its signature activation data (SAD) to that hash (SCAL2), and the SAD is used at
once, once. What comes back is verified with the certificate before anybody sees it.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_der_x509_certificate
from typing_extensions import override

from keys.base import KeyRefused, RefusalReason, SignatureScheme
from keys.chain import issuers_of
from keys.csc_algorithms import CscAlgorithm, algorithm_for, verified
from keys.csc_answers import CredentialInfo
from keys.csc_calls import CscCalls
from keys.csc_pin import PinGuard
from keys.fitness import check_strength
from keys.recent_check import RecentCheck
from keys.schemes import usual_scheme
from keys.settings import CscKeySettings

CHECK_SECONDS = 10.0  # a check takes no longer, and a good one counts as long


class CscKey:
    """Fills `keys.base.SigningKey`; use `keys.open.open_key`."""

    def __init__(
        self,
        *,
        calls: CscCalls,
        certificate: Certificate,
        chain: tuple[Certificate, ...],
        scheme: SignatureScheme,
        algorithm: CscAlgorithm,
    ) -> None:
        """See `open_csc_key`."""
        self.key_id = calls.key_id
        self.certificate = certificate
        self.chain = chain
        self.scheme = scheme
        self._calls = calls
        self._algorithm = algorithm
        self._pin = PinGuard(self.key_id)
        self._check = RecentCheck(self.key_id, seconds=CHECK_SECONDS)

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}(key_id={self.key_id!r}, scheme={self.scheme!r})"

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest; see `keys.base.SigningKey.sign_digest`."""
        if len(digest) != self.scheme.hash_algorithm.digest_size:
            raise ValueError("digest length does not fit the scheme")
        with self._pin.one_try():
            sad = self._calls.authorize(digest)
        signature = self._calls.sign_hash(digest, sad, self._algorithm)
        try:
            return verified(signature, digest, self.scheme, self.certificate)
        except InvalidSignature as error:
            what = "the signature does not verify with the certificate"
            raise self._calls.unreachable("signatures/signHash", what) from error

    def check_reachable(self) -> None:
        """Check that the service answers and would let this key sign.

        Costs no PIN and takes ten seconds at most; a good result counts for ten more.

        Raises:
            KeyUnreachable: no answer.
            KeyRefused: the key is disabled, its certificate was changed or halted, or
                the PIN was refused before.
        """
        self._pin.check()
        self._check.run(self._ask)

    def _ask(self) -> None:
        info = self._calls.info(certificates="single", seconds=CHECK_SECONDS)
        _check_usable(info, key_id=self.key_id)
        if _certificates(info, self._calls)[0] != self.certificate:
            raise KeyRefused(RefusalReason.CERTIFICATE_CHANGED, key_id=self.key_id)


def open_csc_key(settings: CscKeySettings) -> CscKey:
    """Ask the service for the key's certificates and what it can do.

    That key and certificate belong together shows with each signature: a trial one
    would be a signature nobody confirmed.

    Raises:
        KeyRefused: see `RefusalReason`.
        KeyUnreachable: the service did not answer.
    """
    key_id = settings.key_id
    if not settings.pin:
        raise KeyRefused(RefusalReason.PIN_MISSING, key_id=key_id)
    calls = CscCalls(settings)
    info = calls.info(certificates="chain", seconds=settings.timeout_seconds)
    _check_usable(info, key_id=key_id)
    leaf, *others = _certificates(info, calls)
    check_strength(leaf.public_key(), key_id=key_id)
    scheme = settings.scheme or usual_scheme(leaf.public_key())
    return CscKey(
        calls=calls,
        certificate=leaf,
        chain=issuers_of(leaf, others),
        scheme=scheme,
        algorithm=algorithm_for(scheme, leaf, info.key.algo, key_id=key_id),
    )


def _check_usable(info: CredentialInfo, *, key_id: str) -> None:
    halted = info.cert.status in {"revoked", "suspended"}
    by_pin = info.auth_mode == "explicit" and info.pin.presence != "false"
    for wrong, reason in (
        (info.key.status != "enabled", RefusalReason.CREDENTIAL_DISABLED),
        (info.cert.status == "expired", RefusalReason.EXPIRED),
        (halted, RefusalReason.CERTIFICATE_HALTED),
        (not by_pin, RefusalReason.AUTHORISATION_UNSUPPORTED),
        (info.otp.presence == "true", RefusalReason.AUTHORISATION_UNSUPPORTED),
        (info.scal != "2", RefusalReason.HASH_NOT_PINNED),
    ):
        if wrong:
            raise KeyRefused(reason, key_id=key_id)


def _certificates(info: CredentialInfo, calls: CscCalls) -> list[Certificate]:
    if not info.cert.certificates:
        raise KeyRefused(RefusalReason.CERTIFICATE_MISSING, key_id=calls.key_id)
    try:
        return [load_der_x509_certificate(der) for der in info.cert.certificates]
    except ValueError as error:
        what = "a certificate cannot be read"
        raise calls.unreachable("credentials/info", what) from error
