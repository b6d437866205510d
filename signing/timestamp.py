"""RFC 3161: asks a TSA for a token and verifies it before it is used.

A connection is kept open: a new one for each of the three tokens of a copy costs more
than the signing. The State's TSA was measured at 2 to 131 s a call, hence the long
timeout and few tries.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import urllib3
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from certify.clock import Clock
from certify.errors import ServiceUnavailable
from signing.outage import OutageMemory
from signing.trust import TrustAnchors, TrustError

_MAX_TOKEN_BYTES = 12_000  # a signature's reserve is 16 KiB (see `signing.pades`)
_MAX_RESPONSE_BYTES = 64 * 1024
_HEADERS = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}
TIMESTAMP_SERVICE = "Dịch vụ cấp dấu thời gian"


@dataclass(frozen=True)
class TimestampSettings:
    """How to reach a TSA; dated defaults of 2026-11-22.

    Attributes:
        timeout_seconds: for one call.
        tries: calls before the attestation has to wait.
        max_clock_error: a token further from our clock at its call is refused.
    """

    address: str
    timeout_seconds: float = 180.0
    tries: int = 2
    max_clock_error: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Token:
    """A verified token: DER TimeStampToken and its genTime (aware UTC)."""

    der: bytes
    time: datetime


class TokenRefusedError(Exception):
    """The TSA answered with something that must not be used."""


class TimestampClient:
    """Gets tokens from one TSA."""

    def __init__(
        self, *, settings: TimestampSettings, trust: TrustAnchors, clock: Clock
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._trust = trust
        self._clock = clock
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=4, retries=False)
        self._outages = OutageMemory()
        self._signers: dict[bytes, x509.Certificate] = {}
        self.certificates: tuple[x509.Certificate, ...] = ()

    def check_reachable(self) -> None:
        """Get a token over random bytes; learns the TSA's certificates.

        Raises:
            ServiceUnavailable: no usable token.
        """
        self.stamp(secrets.token_bytes(32), "sha256")

    def stamp(self, imprint: bytes, digest_name: str) -> Token:
        """Return a verified token over a digest.

        Raises:
            ServiceUnavailable: no answer, or none that verifies; now or a moment ago.
        """
        cause: Exception | None = None
        with self._outages.watching(self._settings.address, TIMESTAMP_SERVICE):
            for _ in range(self._settings.tries):
                try:
                    return self._stamp_once(imprint, digest_name)
                except (urllib3.exceptions.HTTPError, TokenRefusedError) as error:
                    cause = error
            raise ServiceUnavailable(service=TIMESTAMP_SERVICE) from cause

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def _stamp_once(self, imprint: bytes, digest_name: str) -> Token:
        nonce = secrets.randbits(63)
        request = _request(imprint, digest_name, nonce)
        asked = self._clock.now()
        response = self._pool.request(
            "POST",
            self._settings.address,
            body=request,
            headers=_HEADERS,
            timeout=self._settings.timeout_seconds,
            redirect=False,
        )
        answered = self._clock.now()
        if response.status != 200 or len(response.data) > _MAX_RESPONSE_BYTES:  # noqa: PLR2004
            raise TokenRefusedError(f"HTTP {response.status}")
        try:
            token, info, signed = _parse(response.data)
            _check_content(info, imprint, digest_name, nonce)
            self._check_signature(signed, answered)
        except (ValueError, TypeError, KeyError, InvalidSignature, TrustError) as error:
            raise TokenRefusedError("the token does not verify") from error
        time = info["gen_time"].native.astimezone(UTC)
        margin = self._settings.max_clock_error
        if not asked - margin <= time <= answered + margin:
            raise TokenRefusedError("the TSA's clock is off")
        return Token(der=token.dump(), time=time)

    def _check_signature(self, signed: cms.SignedData, now: datetime) -> None:
        """Verify the TSA's signature and that we trust it as a TSA, now."""
        signer = signed["signer_infos"][0]
        certificate = self._signer_certificate(signed, now)
        attributes = signer["signed_attrs"]
        content = bytes(signed["encap_content_info"]["content"])
        digest = _hash(signer["digest_algorithm"]["algorithm"].native)
        found = {a["type"].native: a["values"][0].native for a in attributes}
        if found.get("message_digest") != _digest(digest, content):
            raise TokenRefusedError("message digest")
        encoded = attributes.untag().dump()
        _verify(certificate, signer, encoded, digest)

    def _signer_certificate(
        self, signed: cms.SignedData, now: datetime
    ) -> x509.Certificate:
        """Return the TSA's certificate; its path is checked once per certificate."""
        reference = signed["signer_infos"][0]["sid"].chosen
        certificates = [c.chosen for c in signed["certificates"]]
        leaf = next(
            (
                c
                for c in certificates
                if c.serial_number == reference["serial_number"].native
                and c.issuer == reference["issuer"]
            ),
            None,
        )
        if leaf is None:
            raise TokenRefusedError("no signer certificate in the token")
        der = leaf.dump()
        if der not in self._signers:
            loaded = [x509.load_der_x509_certificate(c.dump()) for c in certificates]
            certificate = x509.load_der_x509_certificate(der)
            _check_timestamping(certificate)
            path = self._trust.path(certificate, loaded, now)
            self._signers[der] = certificate
            self.certificates = path
        certificate = self._signers[der]
        if (
            not certificate.not_valid_before_utc
            <= now
            <= certificate.not_valid_after_utc
        ):
            raise TokenRefusedError("the TSA's certificate is not valid now")
        return certificate


def _request(imprint: bytes, digest_name: str, nonce: int) -> bytes:
    return bytes(
        tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": digest_name},
                    "hashed_message": imprint,
                },
                "nonce": nonce,
                "cert_req": True,
            }
        ).dump()
    )


def _parse(data: bytes) -> tuple[cms.ContentInfo, tsp.TSTInfo, cms.SignedData]:
    response = tsp.TimeStampResp.load(data, strict=True)
    status = response["status"]["status"].native
    if status not in {"granted", "granted_with_mods"}:
        raise TokenRefusedError(f"the TSA answered {status}")
    token = response["time_stamp_token"]
    if len(token.dump()) > _MAX_TOKEN_BYTES:
        raise TokenRefusedError("the token is larger than its place")
    signed = token["content"]
    if len(signed["signer_infos"]) != 1:
        raise TokenRefusedError("more than one signer")
    return token, signed["encap_content_info"]["content"].parsed, signed


def _check_content(
    info: tsp.TSTInfo, imprint: bytes, digest_name: str, nonce: int
) -> None:
    """The token is about our bytes and answers our question (RFC 3161 §2.4.2)."""
    stamped = info["message_imprint"]
    if stamped["hash_algorithm"]["algorithm"].native != digest_name:
        raise TokenRefusedError("imprint algorithm")
    if stamped["hashed_message"].native != imprint:
        raise TokenRefusedError("imprint")
    if info["nonce"].native != nonce:
        raise TokenRefusedError("nonce")


def _check_timestamping(certificate: x509.Certificate) -> None:
    """RFC 3161 §2.3: the one extended key usage, critical."""
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenRefusedError("not a TSA certificate")


def _verify(
    certificate: x509.Certificate,
    signer: cms.SignerInfo,
    data: bytes,
    digest: hashes.HashAlgorithm,
) -> None:
    signature = signer["signature"].native
    public_key = certificate.public_key()
    algorithm = signer["signature_algorithm"].signature_algo
    if isinstance(public_key, rsa.RSAPublicKey) and algorithm == "rsassa_pkcs1v15":
        public_key.verify(signature, data, padding.PKCS1v15(), digest)
    elif isinstance(public_key, rsa.RSAPublicKey) and algorithm == "rsassa_pss":
        salt = signer["signature_algorithm"]["parameters"]["salt_length"].native
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=salt)
        public_key.verify(signature, data, pss, digest)
    elif isinstance(public_key, ec.EllipticCurvePublicKey) and algorithm == "ecdsa":
        public_key.verify(signature, data, ec.ECDSA(digest))
    else:
        raise TokenRefusedError("signature algorithm")


def _hash(name: str) -> hashes.HashAlgorithm:
    match name:
        case "sha256":
            return hashes.SHA256()
        case "sha384":
            return hashes.SHA384()
        case "sha512":
            return hashes.SHA512()
        case _:
            raise TokenRefusedError("digest algorithm")


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    state = hashes.Hash(algorithm)
    state.update(data)
    return state.finalize()
