"""One OCSP answer (RFC 6960), held against the question and the issuer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

NONCE_BYTES = 16
HEADERS = {"Content-Type": "application/ocsp-request"}
_SKEW = timedelta(minutes=5)
_DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class NewsError(Exception):
    """An answer came, and it is not "good"."""


class UnusableAnswerError(NewsError):
    """What a responder or distribution point sent proves nothing.

    Attributes:
        reason: in Vietnamese, for the desk; the message is for logs.
    """

    def __init__(self, message: str, reason: str) -> None:
        """Take what is wrong, twice."""
        super().__init__(message)
        self.reason = reason


class RevokedError(NewsError):
    """The issuer says that a certificate is revoked."""

    def __init__(self, certificate: x509.Certificate) -> None:
        """Name the certificate."""
        super().__init__("revoked")
        self.certificate = certificate


@dataclass(frozen=True)
class OcspAnswer:
    """A verified "good".

    Attributes:
        responder: the certificate whose key signed it; the CA's own or a delegate's.
        until: when it stops speaking about now, aware UTC.
    """

    der: bytes
    responder: x509.Certificate
    until: datetime


@dataclass(frozen=True)
class OcspQuestion:
    """Is this certificate of this issuer revoked?"""

    leaf: x509.Certificate
    issuer: x509.Certificate
    nonce: bytes

    def encode(self) -> bytes:
        """Return the OCSPRequest; a nonce keeps an old answer from being replayed."""
        builder = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(self.leaf, self.issuer, SHA256())
            .add_extension(x509.OCSPNonce(self.nonce), critical=False)
        )
        return builder.build().public_bytes(Encoding.DER)


def ocsp_address(leaf: x509.Certificate) -> str | None:
    """Return where the certificate's issuer answers, None if it names nowhere."""
    try:
        access = leaf.extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        )
    except x509.ExtensionNotFound:
        return None
    for description in access.value:
        if description.access_method == AuthorityInformationAccessOID.OCSP:
            return str(description.access_location.value)
    return None


def read_answer(
    der: bytes, question: OcspQuestion, *, now: datetime, max_age: timedelta
) -> OcspAnswer:
    """Return a good, fresh, verified answer to the question.

    Args:
        der: OCSPResponse.
        question: what was asked.
        now: aware.
        max_age: how old an answer may be that names no end (nextUpdate).

    Raises:
        RevokedError: the issuer says so.
        UnusableAnswerError: it proves nothing.
    """
    response = _load(der)
    responder = _responder(response, question.issuer, now)
    _verify(response, responder)
    _check_nonce(response, question)
    until = _current_until(response, now, max_age)
    if response.serial_number != question.leaf.serial_number:
        raise UnusableAnswerError("another certificate", "trả lời về chứng thư số khác")
    if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        raise RevokedError(question.leaf)
    if response.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise UnusableAnswerError("status unknown", "nơi cấp trả lời không rõ")
    return OcspAnswer(der, responder, until)


def _load(der: bytes) -> ocsp.OCSPResponse:
    try:
        response = ocsp.load_der_ocsp_response(der)
    except ValueError as error:
        raise UnusableAnswerError(
            "not an OCSP response", "câu trả lời không đọc được"
        ) from error
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise UnusableAnswerError("OCSP responder refused", "nơi cấp từ chối trả lời")
    return response


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


def _verify(response: ocsp.OCSPResponse, responder: x509.Certificate) -> None:
    key = responder.public_key()
    algorithm = response.signature_hash_algorithm
    refused = UnusableAnswerError(
        "OCSP signature", "chữ ký của nơi trả lời không hợp lệ"
    )
    if not isinstance(algorithm, _DIGESTS):
        raise refused
    data, value = response.tbs_response_bytes, response.signature
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(algorithm))
        else:
            raise refused
    except InvalidSignature as error:
        raise refused from error


def _check_nonce(response: ocsp.OCSPResponse, question: OcspQuestion) -> None:
    """A responder may leave the nonce out (RFC 9654 §2.1), not send another one."""
    for extension in response.extensions:
        value = extension.value
        if isinstance(value, x509.OCSPNonce) and value.nonce != question.nonce:
            raise UnusableAnswerError("nonce", "trả lời cho một câu hỏi khác")


def _current_until(
    response: ocsp.OCSPResponse, now: datetime, max_age: timedelta
) -> datetime:
    """Until when the answer speaks about now (RFC 6960 §3.2 points 5 and 6).

    Without nextUpdate newer news are always to be had (§2.4); an answer recorded long
    ago would still say "good" about a certificate revoked since.
    """
    since = response.this_update_utc
    until = response.next_update_utc or since + max_age
    if not since - _SKEW <= now < until:
        raise UnusableAnswerError("not current", "câu trả lời đã cũ")
    return until
