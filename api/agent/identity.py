"""The agent's certificate for localhost, made on first start, for this user alone.

The CA exists for one signature: its private key is thrown away when the certificate of
localhost is made, and it may vouch for nothing else (name constraints). Who steals the
folder can at most pose as this agent, on this machine.
"""

import ipaddress
import os
import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=730)  # browsers refuse more than 825 days
RENEW_BEFORE = timedelta(days=30)
_OTHERS = 0o077
_LOOPBACK = ipaddress.ip_network("127.0.0.1/32")


@dataclass(frozen=True)
class Identity:
    """Files of the agent.

    Attributes:
        ca: public; to import into the browser.
        fresh: made just now: the CA must be imported (again).
    """

    certificate: Path
    private_key: Path
    ca: Path
    fresh: bool

    def context(self) -> ssl.SSLContext:
        """Return what the HTTPS server needs: TLS 1.2 or newer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.private_key)
        return context


def agent_identity(folder: Path, now: datetime) -> Identity:
    """Return the identity in a folder; make it when missing, exposed or nearly over.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = (folder / n for n in ("agent.pem", "agent.key", "agent-ca.pem"))
    certificate, private_key, ca = names
    usable = _usable(certificate, private_key, ca, now)
    if not usable:
        leaf_pem, key_pem, ca_pem = _made(now)
        _write(private_key, key_pem, 0o600)
        _write(ca, ca_pem, 0o644)
        _write(certificate, leaf_pem, 0o644)
    return Identity(certificate, private_key, ca, fresh=not usable)


def _usable(certificate: Path, private_key: Path, ca: Path, now: datetime) -> bool:
    try:
        if os.name == "posix" and private_key.stat().st_mode & _OTHERS:
            return False
        Identity(certificate, private_key, ca, fresh=False).context()
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.read_bytes()))
    except (OSError, ValueError, TypeError):
        return False
    return leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc - RENEW_BEFORE


def _made(now: datetime) -> tuple[bytes, bytes, bytes]:
    ca_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    tag = secrets.token_hex(4)  # tells the CAs of several machines apart
    ca_name = _name(f"Certify agent CA {tag} (only localhost)")
    begin, end = now - timedelta(minutes=5), now + LIFE
    ca = _builder(ca_name, ca_name, ca_key.public_key(), begin, end)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(_usage(signs_certificates=True), critical=True)
    permitted = [x509.DNSName("localhost"), x509.IPAddress(_LOOPBACK)]
    ca = ca.add_extension(
        x509.NameConstraints(permitted, excluded_subtrees=None), critical=True
    )
    leaf = _builder(_name("localhost"), ca_name, leaf_key.public_key(), begin, end)
    leaf = leaf.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    leaf = leaf.add_extension(_usage(signs_certificates=False), critical=True)
    leaf = leaf.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
    )
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(_LOOPBACK.network_address),
    ]
    leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
    key_pem = leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (
        leaf.sign(ca_key, SHA256()).public_bytes(Encoding.PEM),
        key_pem,
        ca.sign(ca_key, SHA256()).public_bytes(Encoding.PEM),
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, data: bytes, mode: int) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(data)
    partial.replace(path)
