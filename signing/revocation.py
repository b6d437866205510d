"""OCSP (RFC 6960) and CRL (RFC 5280) evidence, gathered before a key is used.

An answer is verified, held against the certificate's own issuer, and kept for
minutes. Unknown or stale is never good.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Lock

import urllib3
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certify.clock import Clock
from certify.errors import CertificateUnfit, ServiceUnavailable
from signing.outage import OutageMemory

REVOCATION_SERVICE = "Dịch vụ kiểm tra trạng thái chứng thư số"
_MAX_BYTES = 10 * 1024 * 1024
OCSP_MAX_AGE = timedelta(hours=24)
_SKEW = timedelta(minutes=5)
_OCSP_FRESH = timedelta(minutes=5)  # dated default 2026-11-22


@dataclass(frozen=True)
class RevocationEvidence:
    """DER objects for the document security store."""

    ocsp_responses: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    certificates: tuple[x509.Certificate, ...]


class _UnusableAnswerError(Exception):
    """The responder or distribution point answered something unusable."""


class RevocationClient:
    """Fetches and verifies revocation data over one kept-alive pool."""

    def __init__(
        self,
        *,
        clock: Clock,
        timeout_seconds: float = 15.0,
        ocsp_max_age: timedelta = OCSP_MAX_AGE,
    ) -> None:
        """Open no connection yet.

        Args:
            clock: what "now" is.
            timeout_seconds: of one request.
            ocsp_max_age: how old an answer may be that names no end (nextUpdate).
        """
        self._clock = clock
        self._max_age = ocsp_max_age
        self._timeout = timeout_seconds
        self._pool = urllib3.PoolManager(maxsize=4, retries=False)
        self._outages = OutageMemory()
        self._lock = Lock()
        self._cache: dict[tuple[str, bytes], tuple[datetime, bytes]] = {}

    def gather(self, paths: Sequence[Sequence[x509.Certificate]]) -> RevocationEvidence:
        """Return evidence that no certificate of these paths is revoked.

        Each path is leaf, issuers, root. Leaves are asked of OCSP, CAs of CRLs.

        Raises:
            CertificateUnfit: one is revoked.
            ServiceUnavailable: an answer is missing, stale or does not verify.
        """
        responses: dict[bytes, bytes] = {}
        crls: dict[bytes, bytes] = {}
        certificates: dict[bytes, x509.Certificate] = {}
        try:
            for path in paths:
                for subject, issuer in pairwise(path):
                    crls[issuer.fingerprint(SHA256())] = self._crl(subject, issuer)
                leaf, issuer = path[0], path[1]
                der, responder = self._ocsp(leaf, issuer)
                responses[leaf.fingerprint(SHA256())] = der
                for certificate in (*path, responder):
                    certificates[certificate.fingerprint(SHA256())] = certificate
        except _UnusableAnswerError as error:
            raise ServiceUnavailable(service=REVOCATION_SERVICE) from error
        return RevocationEvidence(
            tuple(responses.values()),
            tuple(crls.values()),
            tuple(certificates.values()),
        )

    def current_list(self, address: str) -> bytes:
        """Return the CRL published at a trusted address, from the cache or fresh.

        Only its form and date are checked here; the validator verifies it.

        Raises:
            ServiceUnavailable: no list, or a stale one.
        """
        try:
            der = self._list(address)
            until = _load_crl(der).next_update_utc
        except _UnusableAnswerError as error:
            raise ServiceUnavailable(service=REVOCATION_SERVICE) from error
        if until is None or until <= self._clock.now():
            raise ServiceUnavailable(service=REVOCATION_SERVICE)
        return der

    def _ocsp(
        self, leaf: x509.Certificate, issuer: x509.Certificate
    ) -> tuple[bytes, x509.Certificate]:
        """Return a good, fresh, verified response and the responder's certificate."""
        builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, SHA256())
        request = builder.build().public_bytes(Encoding.DER)
        address = _ocsp_address(leaf)
        der = self._cached(
            (address, leaf.fingerprint(SHA256())),
            lambda: self._fetch(
                "POST", address, request, {"Content-Type": "application/ocsp-request"}
            ),
            lambda _: self._clock.now() + _OCSP_FRESH,
        )
        response = _load_ocsp(der)
        now = self._clock.now()
        responder = _responder(response, issuer, now)
        _verify_ocsp(response, responder)
        current = _current(response, now, self._max_age)
        if response.serial_number != leaf.serial_number or not current:
            raise _UnusableAnswerError("response is not about this certificate now")
        if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            raise _revoked(leaf)
        if response.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise _UnusableAnswerError("status unknown")
        return der, responder

    def _crl(self, subject: x509.Certificate, issuer: x509.Certificate) -> bytes:
        """Return the issuer's current CRL, after checking that it clears `subject`."""
        address = _crl_address(subject)
        der = self._list(address)
        crl = _load_crl(der)
        public_key = issuer.public_key()
        if (
            crl.issuer != issuer.subject
            or not isinstance(public_key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey))
            or not crl.is_signature_valid(public_key)
        ):
            raise _UnusableAnswerError("CRL is not the issuer's")
        now = self._clock.now()
        if crl.next_update_utc is None or crl.next_update_utc <= now:
            raise _UnusableAnswerError("CRL is stale")
        if crl.get_revoked_certificate_by_serial_number(subject.serial_number):
            raise _revoked(subject)
        return der

    def _list(self, address: str) -> bytes:
        return self._cached(
            (address, b""),
            lambda: self._fetch("GET", address, None, {}),
            lambda data: _load_crl(data).next_update_utc or self._clock.now(),
        )

    def _cached(
        self,
        key: tuple[str, bytes],
        fetch: Callable[[], bytes],
        fresh_until: Callable[[bytes], datetime],
    ) -> bytes:
        """Return what is held for a key, or fetch it; keep it until it is stale."""
        now = self._clock.now()
        with self._lock:
            held = self._cache.get(key)
        if held is not None and now < held[0]:
            return held[1]
        data = fetch()
        until = fresh_until(data)
        with self._lock:
            self._cache[key] = (until, data)
        return data

    def _fetch(
        self, method: str, address: str, body: bytes | None, headers: dict[str, str]
    ) -> bytes:
        """Raises ServiceUnavailable: no answer, now or a moment ago."""
        with self._outages.watching(address, REVOCATION_SERVICE):
            try:
                response = self._pool.request(
                    method,
                    address,
                    body=body,
                    headers=headers,
                    timeout=self._timeout,
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                raise ServiceUnavailable(service=REVOCATION_SERVICE) from error
        if response.status != 200 or len(response.data) > _MAX_BYTES:  # noqa: PLR2004
            raise _UnusableAnswerError(f"HTTP {response.status}")
        return response.data


def _load_ocsp(der: bytes) -> ocsp.OCSPResponse:
    try:
        response = ocsp.load_der_ocsp_response(der)
    except ValueError as error:
        raise _UnusableAnswerError("not an OCSP response") from error
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise _UnusableAnswerError("OCSP responder refused")
    return response


def _load_crl(der: bytes) -> x509.CertificateRevocationList:
    try:
        return x509.load_der_x509_crl(der)
    except ValueError as error:
        raise _UnusableAnswerError("not a CRL") from error


def _responder(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime
) -> x509.Certificate:
    """Return the CA itself or the responder it delegated (RFC 6960 §4.2.2.2).

    A delegation holds only while its certificate is valid.
    """
    for certificate in response.certificates:
        if response.responder_name not in {None, certificate.subject}:
            continue
        try:
            certificate.verify_directly_issued_by(issuer)
            usage = certificate.extensions.get_extension_for_class(
                x509.ExtendedKeyUsage
            )
        except (InvalidSignature, x509.ExtensionNotFound, TypeError, ValueError):
            continue
        valid = (
            certificate.not_valid_before_utc <= now <= (certificate.not_valid_after_utc)
        )
        if valid and ExtendedKeyUsageOID.OCSP_SIGNING in usage.value:
            return certificate
    return issuer


def _verify_ocsp(response: ocsp.OCSPResponse, responder: x509.Certificate) -> None:
    key = responder.public_key()
    algorithm = response.signature_hash_algorithm
    if algorithm is None:
        raise _UnusableAnswerError("OCSP signature algorithm")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(
                response.signature,
                response.tbs_response_bytes,
                padding.PKCS1v15(),
                algorithm,
            )
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(
                response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm)
            )
        else:
            raise _UnusableAnswerError("OCSP signature algorithm")
    except InvalidSignature as error:
        raise _UnusableAnswerError("OCSP signature") from error


def _current(response: ocsp.OCSPResponse, now: datetime, max_age: timedelta) -> bool:
    """Tell whether the answer speaks about now (RFC 6960 §3.2 points 5 and 6).

    Without nextUpdate newer news are always to be had (§2.4); an answer recorded long
    ago would still say "good" about a certificate revoked since.
    """
    since = response.this_update_utc
    until = response.next_update_utc or since + max_age
    return since - _SKEW <= now < until


def _ocsp_address(leaf: x509.Certificate) -> str:
    try:
        access = leaf.extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        )
    except x509.ExtensionNotFound as error:
        raise _UnusableAnswerError("no OCSP address") from error
    for description in access.value:
        if description.access_method == AuthorityInformationAccessOID.OCSP:
            return str(description.access_location.value)
    raise _UnusableAnswerError("no OCSP address")


def _crl_address(subject: x509.Certificate) -> str:
    try:
        points = subject.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound as error:
        raise _UnusableAnswerError("no CRL address") from error
    for point in points.value:
        for name in point.full_name or ():
            return str(name.value)
    raise _UnusableAnswerError("no CRL address")


def _revoked(certificate: x509.Certificate) -> CertificateUnfit:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    holder = str(names[0].value) if names else "?"
    return CertificateUnfit(holder=holder, reason="chứng thư số đã bị thu hồi")
