"""Verifies a timestamp token against the request it answers (RFC 3161 §2.4.2, §2.3).

A token arrives three times in every copy, so it is read as plain DER; its TSA is
checked once (`signing.timestamp_authority`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, tsp  # noqa: F401 - tsp: names "tst_info" to cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from signing.der import (
    CONTEXT_0,
    CONTEXT_1,
    GENERALIZED_TIME,
    INTEGER,
    OCTETS,
    SEQUENCE,
    SET,
    DerError,
    Element,
    integer,
    read,
    tlv,
)
from signing.timestamp_authority import (
    Refusal,
    SignerParts,
    TimestampAuthority,
    TokenRefusedError,
    trusted_authority,
)
from signing.trust import TrustAnchors, TrustError

_MAX_TOKEN_BYTES = 12_000  # a signature's reserve is 16 KiB (see `signing.pades`)
_GRANTED = (0, 1)  # granted, granted with modifications
_SIGNED_DATA = cms.ContentType("signed_data").dump()
_TST_INFO = cms.ContentType("tst_info").dump()
_MESSAGE_DIGEST = cms.CMSAttributeType("message_digest").dump()
_NULL = b"\x05\x00"
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,6})\d*)?Z")  # RFC 3161 §2.4.2

_UNUSABLE = (
    ValueError,
    TypeError,
    KeyError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
    TrustError,
)


@dataclass(frozen=True)
class Token:
    """A verified token.

    Attributes:
        der: TimeStampToken.
        time: its genTime, aware UTC.
        path: of the TSA's certificate: leaf, issuers, root.
    """

    der: bytes
    time: datetime
    path: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Question:
    """What a token was asked for: a SHA-256 imprint and a nonce."""

    imprint: bytes
    nonce: int

    @property
    def message_imprint(self) -> bytes:
        """DER of MessageImprint."""
        return _message_imprint(_SHA256, self.imprint)

    def encode(self) -> bytes:
        """Return the TimeStampReq; it asks for the TSA's certificates."""
        wants_certificates = b"\x01\x01\xff"
        return tlv(
            SEQUENCE,
            integer(1),
            self.message_imprint,
            integer(self.nonce),
            wants_certificates,
        )


class TokenVerifier:
    """Reads answers of TSAs below our roots. Safe to use from several threads."""

    def __init__(
        self, *, trust: TrustAnchors, only: x509.Certificate | None = None
    ) -> None:
        """Know no TSA yet; `only` is the one certificate that may sign, None any."""
        self._trust = trust
        self._only = only
        self._known: dict[SignerParts, TimestampAuthority] = {}

    @property
    def paths(self) -> tuple[tuple[x509.Certificate, ...], ...]:
        """Paths of all certificates that signed a token; a TSA may have several."""
        return tuple(dict.fromkeys(tsa.path for tsa in list(self._known.values())))

    def verify(self, answer: bytes, question: Question, now: datetime) -> Token:
        """Return the token of a TimeStampResp.

        Raises:
            TokenRefusedError: it holds none, or one that does not verify.
        """
        try:
            return self._verify(answer, question, now)
        except _UNUSABLE as error:
            raise TokenRefusedError("the token does not verify") from error

    def _verify(self, answer: bytes, question: Question, now: datetime) -> Token:
        token, signed = _token(answer)
        info, certificates, signer = _signed_data(signed)
        time = _answered_time(info, question)
        sid, digest_algorithm, attributes, signature_algorithm, signature = signer
        parts = SignerParts(
            sid.encoded,
            certificates.encoded,
            digest_algorithm.encoded,
            signature_algorithm.encoded,
        )
        tsa = self._known.get(parts) or trusted_authority(parts, self._trust, now)
        tsa.check_valid(now)
        if self._only is not None and tsa.path[0] != self._only:
            raise TokenRefusedError(
                "not the TSA's certificate in the settings", Refusal.CERTIFICATE
            )
        if _message_digest(attributes) != _digest(tsa.digest, info):
            raise TokenRefusedError("message digest")
        # RFC 5652 §5.4: stored as [0] IMPLICIT, signed as SET OF.
        tsa.verify(signature.content, bytes((SET,)) + attributes.encoded[1:])
        self._known[parts] = tsa
        return Token(der=token, time=time, path=tsa.path)


def _token(answer: bytes) -> tuple[bytes, Element]:
    """Return TimeStampToken and SignedData of a TimeStampResp that grants one."""
    status, *rest = read(answer).expect(SEQUENCE).children()
    number, *_words = status.children()
    if number.integer() not in _GRANTED:
        raise TokenRefusedError("the TSA refused")
    (token,) = rest
    if len(token.encoded) > _MAX_TOKEN_BYTES:
        raise TokenRefusedError("the token is larger than its place")
    kind, content = token.expect(SEQUENCE).children()
    if kind.encoded != _SIGNED_DATA:
        raise TokenRefusedError("not SignedData")
    return token.encoded, read(content.expect(CONTEXT_0).content)


def _signed_data(
    signed: Element,
) -> tuple[bytes, Element, tuple[Element, Element, Element, Element, Element]]:
    """Return TSTInfo, the certificates and the one SignerInfo (RFC 5652 §5.1, §5.3).

    The signer is (sid, digest algorithm, signed attributes, signature algorithm,
    signature).
    """
    _version, _digests, content, certificates, *_crls, signers = signed.children()
    kind, wrapped = content.children()
    if kind.encoded != _TST_INFO:
        raise TokenRefusedError("not TSTInfo")
    info = read(wrapped.expect(CONTEXT_0).content).expect(OCTETS).content
    (signer,) = signers.expect(SET).children()
    _version, sid, digest, attributes, algorithm, signature, *unsigned = (
        signer.children()
    )
    for extra in unsigned:
        extra.expect(CONTEXT_1)
    return (
        info,
        certificates.expect(CONTEXT_0),
        (
            sid.expect(SEQUENCE),
            digest.expect(SEQUENCE),
            attributes.expect(CONTEXT_0),
            algorithm.expect(SEQUENCE),
            signature.expect(OCTETS),
        ),
    )


def _answered_time(info: bytes, question: Question) -> datetime:
    """Check that TSTInfo is about our bytes and answers our question; its genTime."""
    _version, _policy, imprint, _serial, time, *optional = (
        read(info).expect(SEQUENCE).children()
    )
    if imprint.encoded not in (
        question.message_imprint,
        _message_imprint(_SHA256_NULL, question.imprint),
    ):
        raise TokenRefusedError("imprint")
    # INTEGER is the tag of the nonce alone among the optional fields.
    if [e.integer() for e in optional if e.tag == INTEGER] != [question.nonce]:
        raise TokenRefusedError("nonce")
    return _generalized_time(time.expect(GENERALIZED_TIME).content)


def _generalized_time(text: bytes) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise DerError("genTime")
    seconds, fraction = (part.decode() for part in found.groups(b"0"))
    moment = datetime.strptime(seconds, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment + timedelta(microseconds=int(fraction.ljust(6, "0")))


def _message_digest(attributes: Element) -> bytes:
    """Return the one value of the one message-digest attribute (RFC 5652 §11.2)."""
    values = []
    for attribute in attributes.children():
        kind, content = attribute.children()
        if kind.encoded == _MESSAGE_DIGEST:
            values.extend(content.expect(SET).children())
    (value,) = values
    return value.expect(OCTETS).content


def _message_imprint(algorithm: bytes, digest: bytes) -> bytes:
    return tlv(SEQUENCE, algorithm, tlv(OCTETS, digest))


_SHA256_OID = algos.DigestAlgorithmId("sha256").dump()
_SHA256 = tlv(SEQUENCE, _SHA256_OID)
_SHA256_NULL = tlv(SEQUENCE, _SHA256_OID, _NULL)


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    state = hashes.Hash(algorithm)
    state.update(data)
    return state.finalize()
