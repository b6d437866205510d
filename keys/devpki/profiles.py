"""What stands in each kind of development certificate (RFC 5280)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    ObjectIdentifier,
)

# Clocks of the machines that check a fresh certificate may be a little behind ours.
BACKDATE: Final = timedelta(hours=1)
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Addresses:
    """Where the services of a PKI answer; written into every certificate.

    Attributes:
        base: no trailing slash, e.g. "http://127.0.0.1:8443/pki".
    """

    base: str

    @property
    def ocsp(self) -> str:
        """RFC 6960 Appendix A."""
        return f"{self.base}/ocsp"

    @property
    def tsa(self) -> str:
        """RFC 3161 §3.4."""
        return f"{self.base}/tsa"

    def crl(self, ca_name: str) -> str:
        """The CRL of "root" or "issuing"."""
        return f"{self.base}/crl/{ca_name}.crl"

    def certificate(self, name: str) -> str:
        """One certificate, DER."""
        return f"{self.base}/cert/{name}.crt"


@dataclass(frozen=True)
class Issuer:
    """A CA of this PKI: its certificate, its private key, and its short name."""

    name: str
    certificate: x509.Certificate
    private_key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Profile:
    """One kind of certificate.

    Attributes:
        bits: RSA key made when the caller brings none.
        ca_below: how many CAs may stand below; None for an end entity.
        purpose: the only extended key usage, critical (RFC 3161 §2.3).
        revocable_by_ocsp: an OCSP responder must not be asked about itself.
    """

    bits: int
    years: int
    usages: frozenset[str]
    ca_below: int | None = None
    purpose: ObjectIdentifier | None = None
    revocable_by_ocsp: bool = True


_CA_USAGES = frozenset({"key_cert_sign", "crl_sign"})
_DOCUMENT_USAGES = frozenset({"digital_signature", "content_commitment"})
_SERVICE_USAGES = frozenset({"digital_signature"})
ROOT_PROFILE: Final = Profile(3072, 25, _CA_USAGES, ca_below=1)
ISSUING_PROFILE: Final = Profile(
    3072, 15, _CA_USAGES, ca_below=0, revocable_by_ocsp=False
)
SIGNATORY_PROFILE: Final = Profile(2048, 3, _DOCUMENT_USAGES)
SEAL_PROFILE: Final = Profile(3072, 3, _DOCUMENT_USAGES)
TSA_PROFILE: Final = Profile(
    2048, 5, _SERVICE_USAGES, purpose=ExtendedKeyUsageOID.TIME_STAMPING
)
OCSP_PROFILE: Final = Profile(
    2048,
    5,
    _SERVICE_USAGES,
    purpose=ExtendedKeyUsageOID.OCSP_SIGNING,
    revocable_by_ocsp=False,
)


@dataclass(frozen=True)
class Validity:
    """First and last second of a certificate, aware."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def usual(cls, profile: Profile, now: datetime) -> "Validity":
        """From an hour ago for the years of the profile."""
        return cls(now - BACKDATE, now + profile.years * YEAR)


def build_root(
    subject: x509.Name, private_key: rsa.RSAPrivateKey, validity: Validity
) -> x509.Certificate:
    """Return the self-signed root."""
    public_key = private_key.public_key()
    builder = _begin(ROOT_PROFILE, subject, public_key, validity)
    return builder.issuer_name(subject).sign(private_key, SHA256())


def build_certificate(
    profile: Profile,
    subject: x509.Name,
    public_key: CertificatePublicKeyTypes,
    validity: Validity,
    *,
    issuer: Issuer,
    addresses: Addresses,
) -> x509.Certificate:
    """Return a certificate issued by one of our CAs, never outliving it."""
    end = min(validity.not_after, issuer.certificate.not_valid_after_utc)
    builder = _begin(
        profile, subject, public_key, Validity(validity.not_before, end)
    ).issuer_name(issuer.certificate.subject)
    issuer_id = issuer.certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    ).value
    additions: list[x509.ExtensionType] = [
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id),
        x509.CRLDistributionPoints([_distribution_point(addresses, issuer)]),
        _authority_information(profile, addresses, issuer),
    ]
    if profile.purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
        additions.append(x509.OCSPNoCheck())  # RFC 6960 §4.2.2.2.1
    for extension in additions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer.private_key, SHA256())


def new_private_key(profile: Profile) -> rsa.RSAPrivateKey:
    """Make a key of the profile's size; takes 0.03-0.5 s."""
    return rsa.generate_private_key(public_exponent=65537, key_size=profile.bits)


def _begin(
    profile: Profile,
    subject: x509.Name,
    public_key: CertificatePublicKeyTypes,
    validity: Validity,
) -> x509.CertificateBuilder:
    ca_below = profile.ca_below
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(
            x509.BasicConstraints(ca=ca_below is not None, path_length=ca_below),
            critical=True,
        )
        .add_extension(_key_usage(profile.usages), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
        )
    )
    if profile.purpose is None:
        return builder
    return builder.add_extension(
        x509.ExtendedKeyUsage([profile.purpose]), critical=True
    )


def _key_usage(usages: frozenset[str]) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature="digital_signature" in usages,
        content_commitment="content_commitment" in usages,
        key_cert_sign="key_cert_sign" in usages,
        crl_sign="crl_sign" in usages,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _distribution_point(addresses: Addresses, issuer: Issuer) -> x509.DistributionPoint:
    address = x509.UniformResourceIdentifier(addresses.crl(issuer.name))
    return x509.DistributionPoint([address], None, None, None)


def _authority_information(
    profile: Profile, addresses: Addresses, issuer: Issuer
) -> x509.AuthorityInformationAccess:
    places = [
        (
            AuthorityInformationAccessOID.CA_ISSUERS,
            addresses.certificate(issuer.name),
        )
    ]
    if profile.revocable_by_ocsp:
        places.insert(0, (AuthorityInformationAccessOID.OCSP, addresses.ocsp))
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(method, x509.UniformResourceIdentifier(address))
            for method, address in places
        ]
    )
