"""Timestamp tokens (RFC 3161, ESSCertIDv2 of RFC 5816), fast.

Everything that is the same in every token is built once with asn1crypto; what changes
(TSTInfo, messageDigest, signature) is put between as DER.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Final

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys.devpki import der
from keys.devpki.timestamp_request import Refusal, TimestampRequest, read_request

# Below the enterprise number kept for documentation (RFC 5612).
POLICY: Final = "1.3.6.1.4.1.32473.1.1"
ACCURACY: Final = der.tlv(der.SEQUENCE, der.integer(1))  # one second
_GRANTED: Final = der.tlv(der.SEQUENCE, der.integer(0))
_REJECTION: Final = der.integer(2)
_SHA256: Final[bytes] = cms.DigestAlgorithm({"algorithm": "sha256"}).dump()
_RSA: Final[bytes] = cms.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}).dump()
_SIGNED_DATA: Final[bytes] = cms.ContentType("signed_data").dump()
_TST_INFO: Final[bytes] = cms.ContentType("tst_info").dump()
_MESSAGE_DIGEST: Final[bytes] = cms.CMSAttributeType("message_digest").dump()


class TimestampResponder:
    """Makes tokens with one key. Safe to use from several threads."""

    def __init__(
        self,
        *,
        certificate: x509.Certificate,
        private_key: rsa.RSAPrivateKey,
        chain: Sequence[x509.Certificate],
    ) -> None:
        """Build the constant parts; `chain` goes into the token beside the leaf."""
        self._private_key = private_key
        leaf = certificate.public_bytes(Encoding.DER)
        others = [issuer.public_bytes(Encoding.DER) for issuer in chain]
        parsed = asn1_x509.Certificate.load(leaf)
        self._policy = core.ObjectIdentifier(POLICY).dump()
        self._certificates = der.tlv(der.EXPLICIT_0, *sorted([leaf, *others]))
        self._signer_id = _issuer_and_serial(parsed)
        self._fixed_attributes = (
            _attribute("content_type", cms.ContentType("tst_info")),
            _attribute("signing_certificate_v2", _signing_certificate(leaf, parsed)),
        )
        self._serials = _Serials()

    def respond(self, request_der: bytes, now: datetime) -> bytes:
        """Return a TimeStampResp: a token, or a rejection with its PKIFailureInfo."""
        try:
            request = read_request(request_der, policy=POLICY)
        except Refusal as refusal:
            return rejection(refusal)
        info = self._info(request, now)
        return der.tlv(der.SEQUENCE, _GRANTED, self._token(info, request))

    def _info(self, request: TimestampRequest, now: datetime) -> bytes:
        return der.tlv(
            der.SEQUENCE,
            der.integer(1),
            self._policy,
            request.message_imprint,
            der.integer(self._serials.next(now)),
            der.tlv(der.GENERALIZED_TIME, generalized_time(now)),
            ACCURACY,
            request.nonce,
        )

    def _token(self, info: bytes, request: TimestampRequest) -> bytes:
        digest = der.tlv(der.OCTET_STRING, sha256(info).digest())
        attributes = der.set_of(
            *self._fixed_attributes,
            der.tlv(der.SEQUENCE, _MESSAGE_DIGEST, der.tlv(der.SET, digest)),
        )
        # RFC 5652 §5.4: signed as SET OF, stored as [0] IMPLICIT.
        signature = self._private_key.sign(attributes, padding.PKCS1v15(), SHA256())
        signer = der.tlv(
            der.SEQUENCE,
            der.integer(1),
            self._signer_id,
            _SHA256,
            bytes((der.EXPLICIT_0,)) + attributes[1:],
            _RSA,
            der.tlv(der.OCTET_STRING, signature),
        )
        content = der.tlv(der.EXPLICIT_0, der.tlv(der.OCTET_STRING, info))
        signed_data = der.tlv(
            der.SEQUENCE,
            der.integer(3),
            der.tlv(der.SET, _SHA256),
            der.tlv(der.SEQUENCE, _TST_INFO, content),
            self._certificates if request.wants_certificates else b"",
            der.tlv(der.SET, signer),
        )
        return der.tlv(der.SEQUENCE, _SIGNED_DATA, der.tlv(der.EXPLICIT_0, signed_data))


class _Serials:
    """Serial numbers that grow, and never repeat between processes.

    Microseconds since 1970, raised by one when two fall together, before 40 random
    bits of this process. RFC 3161 §2.4.2 lets them take 160 bits; these take 91.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0
        self._process = secrets.randbits(40)

    def next(self, now: datetime) -> int:
        with self._lock:
            self._last = max(self._last + 1, int(now.timestamp() * 1_000_000))
            return self._last << 40 | self._process


def generalized_time(moment: datetime) -> bytes:
    """Milliseconds without trailing zeros (RFC 3161 §2.4.2), always UTC."""
    utc = moment.astimezone(UTC)
    text = f"{utc:%Y%m%d%H%M%S}.{utc.microsecond // 1000:03d}"
    return text.rstrip("0").rstrip(".").encode() + b"Z"


def rejection(refusal: Refusal) -> bytes:
    """Return a TimeStampResp without a token."""
    sentence = der.tlv(der.UTF8_STRING, refusal.sentence.encode())
    status = der.tlv(
        der.SEQUENCE,
        _REJECTION,
        der.tlv(der.SEQUENCE, sentence),
        der.named_bit(refusal.failure.value),
    )
    return der.tlv(der.SEQUENCE, status)


def _attribute(name: str, value: core.Asn1Value) -> bytes:
    attribute: bytes = cms.CMSAttribute({"type": name, "values": [value]}).dump()
    return attribute


def _issuer_and_serial(certificate: asn1_x509.Certificate) -> bytes:
    encoded: bytes = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    ).dump()
    return encoded


def _signing_certificate(
    leaf: bytes, certificate: asn1_x509.Certificate
) -> tsp.SigningCertificateV2:
    issuer = asn1_x509.GeneralName("directory_name", certificate.issuer)
    issuer_serial = {
        "issuer": [issuer],
        "serial_number": certificate.serial_number,
    }
    # SHA-256 is the DEFAULT of hashAlgorithm and so is left out.
    return tsp.SigningCertificateV2(
        {
            "certs": [
                {"cert_hash": sha256(leaf).digest(), "issuer_serial": issuer_serial}
            ]
        }
    )
