"""Who holds a development certificate, and the names written into it."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

MARK = "THỬ NGHIỆM"
ROOT, ISSUING, TSA, OCSP = "root", "issuing", "tsa", "ocsp"
SERVICES = (ROOT, ISSUING, TSA, OCSP)

_KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class SignatoryHolder:
    """A person entitled to sign attestations."""

    key_id: str
    name: str
    title: str
    authority_name: str


@dataclass(frozen=True)
class SealHolder:
    """An authority with its seal key.

    Attributes:
        organization_identifier: ETSI EN 319 412-1 §5.1.4, e.g. "VATVN-0100109106".
    """

    key_id: str
    authority_name: str
    organization_identifier: str | None = None


@dataclass(frozen=True)
class RosterHolder:
    """Whoever signs the lists of a trust folder for a deployment."""

    key_id: str
    authority_name: str


@dataclass(frozen=True)
class ReportHolder:
    """The verification service, which signs its reports on request."""

    key_id: str
    authority_name: str


Holder: TypeAlias = SignatoryHolder | SealHolder | RosterHolder | ReportHolder


def check_key_id(key_id: str) -> None:
    """Key ids become file names and addresses; those of the services are taken.

    Raises:
        ValueError: the id is no plain name, or one of `SERVICES`.
    """
    if not _KEY_ID.fullmatch(key_id) or key_id in SERVICES:
        raise ValueError(f"unusable key id {key_id!r}")


def holder_name(holder: Holder) -> x509.Name:
    """Return the subject of a holder's certificate."""
    own: list[tuple[ObjectIdentifier, str]] = []
    match holder:
        case SignatoryHolder():
            own += [(NameOID.TITLE, holder.title), (NameOID.COMMON_NAME, holder.name)]
        case SealHolder():
            if holder.organization_identifier is not None:
                identifier = holder.organization_identifier
                own.append((NameOID.ORGANIZATION_IDENTIFIER, identifier))
            own.append((NameOID.COMMON_NAME, holder.authority_name))
        case RosterHolder():
            own.append((NameOID.COMMON_NAME, f"{MARK} - Ký danh bạ"))
        case ReportHolder():
            own.append((NameOID.COMMON_NAME, f"{MARK} - Ký báo cáo kiểm tra"))
    return _name(holder.authority_name, own)


def service_name(service: str) -> x509.Name:
    """Return the subject of one of the `SERVICES`."""
    common_name = {
        ROOT: f"{MARK} - CA gốc",
        ISSUING: f"{MARK} - CA cấp chứng thư số",
        TSA: f"{MARK} - Cấp dấu thời gian",
        OCSP: f"{MARK} - Trả lời trạng thái chứng thư số",
    }[service]
    return _name(f"Hạ tầng khóa {MARK.lower()}", [(NameOID.COMMON_NAME, common_name)])


def is_development(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate was issued by a PKI of this package.

    The issuer is looked at too: a subject taken from a request carries no mark.
    """
    units = (
        *certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME),
        *certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME),
    )
    return any(unit.value == MARK for unit in units)


def _name(organization: str, own: list[tuple[ObjectIdentifier, str]]) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, MARK),
        *own,
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
