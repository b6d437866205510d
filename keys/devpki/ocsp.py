"""Certificate status (RFC 6960), answered by a delegated responder."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from keys.devpki.folder import IssuedRecord

LIFE: Final = timedelta(minutes=10)
MAX_NONCE_BYTES: Final = 128  # RFC 9654 §2.1


class OcspResponder:
    """Answers for the certificates of the issuing CA."""

    def __init__(
        self,
        *,
        issuer: x509.Certificate,
        issuer_name: str,
        certificate: x509.Certificate,
        private_key: rsa.RSAPrivateKey,
        index: Callable[[], Mapping[int, IssuedRecord]],
    ) -> None:
        self._issuer_name = issuer_name
        self._certificate = certificate
        self._private_key = private_key
        self._index = index
        self._issuer_subject = issuer.subject.public_bytes()
        # RFC 6960 §4.1.1: the hash is over the BIT STRING's value, without its tag.
        self._issuer_key = _key_bits(issuer)

    def respond(self, request_der: bytes, now: datetime) -> bytes:
        """Answer one request; unusable ones get an error response, never an error."""
        try:
            request = ocsp.load_der_ocsp_request(request_der)
            nonce = _nonce(request)
            if not self._is_ours(request):
                return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
            return self._answer(request, nonce, now)
        except (ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm):
            # cryptography refuses lists of several certificates as not implemented;
            # RFC 6960 §2.3 leaves us only this answer.
            return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)

    def _is_ours(self, request: ocsp.OCSPRequest) -> bool:
        hashes = []
        for data in (self._issuer_subject, self._issuer_key):
            digest = Hash(request.hash_algorithm)
            digest.update(data)
            hashes.append(digest.finalize())
        return hashes == [request.issuer_name_hash, request.issuer_key_hash]

    def _answer(
        self, request: ocsp.OCSPRequest, nonce: x509.OCSPNonce | None, now: datetime
    ) -> bytes:
        this_update = now.replace(microsecond=0)
        record = self._index().get(request.serial_number)
        status, when, reason = ocsp.OCSPCertStatus.UNKNOWN, None, None
        if record is not None and record.ca_name == self._issuer_name:
            status = ocsp.OCSPCertStatus.GOOD
            if revocation := record.revoked(now):
                status = ocsp.OCSPCertStatus.REVOKED
                when, reason = revocation.when, revocation.reason
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=request.issuer_name_hash,
                issuer_key_hash=request.issuer_key_hash,
                serial_number=request.serial_number,
                algorithm=request.hash_algorithm,
                cert_status=status,
                this_update=this_update,
                next_update=this_update + LIFE,
                revocation_time=when,
                revocation_reason=reason,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self._certificate)
            .certificates([self._certificate])
        )
        if nonce is not None:
            builder = builder.add_extension(nonce, critical=False)
        response = builder.sign(self._private_key, SHA256())
        return response.public_bytes(Encoding.DER)


def _nonce(request: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    """Return the nonce. ValueError for what we must understand but do not."""
    nonce = None
    for extension in request.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            nonce = extension.value
        elif extension.critical:
            raise ValueError("unknown critical extension")
    if nonce is not None and not 1 <= len(nonce.nonce) <= MAX_NONCE_BYTES:
        raise ValueError("nonce of unusable length")
    return nonce


def _key_bits(certificate: x509.Certificate) -> bytes:
    public_key = certificate.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise TypeError("the development CA has an RSA key")
    return public_key.public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    response = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return response.public_bytes(Encoding.DER)
