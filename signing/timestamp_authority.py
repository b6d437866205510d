"""Which TSA a token is of, and whether we trust it as one (RFC 3161 §2.3).

Certificates and algorithms are the same in every token of a TSA; they are read with
asn1crypto, once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.der import read
from signing.trust import TrustAnchors

_Verify: TypeAlias = Callable[[bytes, bytes], None]


class Refusal(StrEnum):
    """Why there is no token: in Vietnamese, after the name of the TSA."""

    SILENT = "không trả lời"
    BUSY = "đã hết lượt hoặc đang quá tải"
    RESTING = "vừa không phục vụ được nên chưa gọi lại"
    INVALID = "trả lời không hợp lệ"
    CLOCK = "có đồng hồ lệch"
    CERTIFICATE = "dùng chứng thư số chưa kiểm tra được"


class TokenRefusedError(Exception):
    """The TSA gave nothing that may be used; the message is for logs.

    Attributes:
        refusal: why, for people.
        retry_after: seconds the TSA asked us to stay away.
    """

    def __init__(
        self,
        message: str,
        refusal: Refusal = Refusal.INVALID,
        *,
        retry_after: float = 0.0,
    ) -> None:
        """Take what happened."""
        super().__init__(message)
        self.refusal = refusal
        self.retry_after = retry_after


@dataclass(frozen=True)
class SignerParts:
    """What every token of one TSA says alike, in DER.

    Attributes:
        sid: IssuerAndSerialNumber.
        certificates: the whole [0] field of SignedData.
    """

    sid: bytes
    certificates: bytes
    digest_algorithm: bytes
    signature_algorithm: bytes


@dataclass(frozen=True)
class TimestampAuthority:
    """A TSA that was found trustworthy.

    Attributes:
        path: leaf, issuers, root.
        verify: checks (signature, data) or raises InvalidSignature.
    """

    path: tuple[x509.Certificate, ...]
    digest: hashes.HashAlgorithm
    verify: _Verify

    def check_valid(self, now: datetime) -> None:
        """Check the dates of its path, which a long run may outlive.

        Raises:
            TokenRefusedError: not valid now.
        """
        for one in self.path:
            if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
                raise TokenRefusedError(
                    "the TSA's certificate is not valid now", Refusal.CERTIFICATE
                )


def trusted_authority(
    parts: SignerParts, trust: TrustAnchors, now: datetime
) -> TimestampAuthority:
    """Check a TSA seen for the first time: certificate, path, algorithms.

    Raises:
        TokenRefusedError, TrustError: not one we trust.
        ValueError, TypeError, KeyError: and what cryptography raises for bad DER.
    """
    named = cms.IssuerAndSerialNumber.load(parts.sid)
    found = [c.encoded for c in read(parts.certificates).children()]
    leaf = next((der for der in found if _is_named(der, named)), None)
    if leaf is None:
        raise TokenRefusedError("no signer certificate in the token")
    certificate = x509.load_der_x509_certificate(leaf)
    _check_timestamping(certificate)
    others = [x509.load_der_x509_certificate(der) for der in found]
    name = algos.DigestAlgorithm.load(parts.digest_algorithm)["algorithm"].native
    digest = _hash(name)
    algorithm = algos.SignedDigestAlgorithm.load(parts.signature_algorithm)
    return TimestampAuthority(
        path=trust.path(certificate, others, now),
        digest=digest,
        verify=_verification(certificate, algorithm, digest),
    )


def _is_named(der: bytes, named: cms.IssuerAndSerialNumber) -> bool:
    certificate = asn1_x509.Certificate.load(der)
    return bool(
        certificate.serial_number == named["serial_number"].native
        and certificate.issuer == named["issuer"]
    )


def _check_timestamping(certificate: x509.Certificate) -> None:
    """RFC 3161 §2.3: the one extended key usage, critical."""
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenRefusedError("not a TSA certificate")


def _verification(
    certificate: x509.Certificate,
    algorithm: algos.SignedDigestAlgorithm,
    digest: hashes.HashAlgorithm,
) -> _Verify:
    """Bind the TSA's public key to its algorithm."""
    public_key, kind = certificate.public_key(), algorithm.signature_algo
    if isinstance(public_key, rsa.RSAPublicKey) and kind == "rsassa_pkcs1v15":
        rsa_key, pkcs1 = public_key, padding.PKCS1v15()
        return lambda value, data: rsa_key.verify(value, data, pkcs1, digest)
    if isinstance(public_key, rsa.RSAPublicKey) and kind == "rsassa_pss":
        salt = algorithm["parameters"]["salt_length"].native
        pss_key = public_key
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=salt)
        return lambda value, data: pss_key.verify(value, data, pss, digest)
    if isinstance(public_key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
        ec_key, ecdsa = public_key, ec.ECDSA(digest)
        return lambda value, data: ec_key.verify(value, data, ecdsa)
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
