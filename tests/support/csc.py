"""A remote signing service in a process of its own, and keys that live there."""

# ruff: noqa: S105, S106 - secrets of a service made in this test

import ipaddress
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from certify.clock import SystemClock
from keys.devpki.holders import Holder
from keys.devpki.issue import HolderKey, issue_certificate
from keys.settings import CscBearer, CscClient, CscKeySettings
from tests.support.csc_service import (
    ECDSA_SHA256,
    ECDSA_SHA384,
    PSS,
    RSA,
    SHA256_RSA,
)
from tests.support.pki import RunningPki, free_port

ROOT = Path(__file__).resolve().parents[2]
PIN, WRONG_PIN = "27182818", "31415926"
TOKEN = "given-token.4711"
CLIENT = CscClient(client_id="muong-te", client_secret="client-secret-1618")
INFO, AUTHORIZE, SIGN = (
    "credentials/info",
    "credentials/authorize",
    "signatures/signHash",
)
LISTENING_SECONDS = 20.0


@dataclass
class RemoteSigning:
    """A service on this machine; `serving` runs it."""

    folder: Path
    tls: bool = True
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        (self.folder / "credentials").mkdir(parents=True)
        self.disturb()
        self.configure()
        _write_tls(self.folder)

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def base_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/csc/v1"

    def configure(self, **changes: object) -> None:
        settings = {
            "port": self.port,
            "tls": self.tls,
            "tokens": [TOKEN],
            "clients": {CLIENT.client_id: CLIENT.client_secret},
            "token_seconds": 600,
        }
        _write(self.folder / "service.json", settings | changes)

    def disturb(self, call: str = "", kind: str = "", **more: object) -> None:
        """From now on just this fault of this call; `disturb()` heals everything."""
        _write(self.folder / "faults.json", {call: {"kind": kind, **more}})

    def requests(self, call: str = "") -> list[dict[str, Any]]:
        """What was asked so far, of one call or of all."""
        log = self.folder / "requests.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return [row for row in map(json.loads, lines) if call in {"", row["call"]}]

    @property
    def secrets(self) -> set[str]:
        """All that must appear in no log and no error."""
        file = self.folder / "handed_out"
        handed_out = file.read_text().split() if file.exists() else []
        return {PIN, WRONG_PIN, TOKEN, CLIENT.client_secret, *handed_out}

    def forget_requests(self) -> None:
        (self.folder / "requests.jsonl").unlink(missing_ok=True)

    def add(
        self, name: str, key: HolderKey, certificates: list[x509.Certificate]
    ) -> None:
        """Keep a key under a name; the leaf comes first."""
        elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._write_credential(
            name,
            {
                "key": pem.decode(),
                "certificates": [_base64(c) for c in certificates],
                "algo": [ECDSA_SHA256, ECDSA_SHA384]
                if elliptic
                else [SHA256_RSA, PSS, RSA],
                "pin": PIN,
                "status": "enabled",
                "cert_status": "valid",
                "auth_mode": "explicit",
                "scal": "2",
                "pin_presence": "true",
                "otp_presence": "false",
                "raw_ecdsa": False,
            },
        )

    def change(self, name: str, **changes: object) -> None:
        """Change facts of a key; see `add`."""
        path = self.folder / "credentials" / f"{name}.json"
        self._write_credential(name, json.loads(path.read_text()) | changes)

    def settings(self, name: str, **changes: Any) -> CscKeySettings:
        """Settings of a key that was added."""
        usual: dict[str, Any] = {
            "key_id": name,
            "base_url": self.base_url,
            "credential_id": name,
            "pin": PIN,
            "access": CscBearer(token=TOKEN),
            "ca_file": self.ca_file if self.tls else None,
            "timeout_seconds": 10.0,
        }
        return CscKeySettings(**{**usual, **changes})

    def start(self) -> None:
        arguments = [sys.executable, "-m", "tests.support.csc_server", str(self.folder)]
        self.process = subprocess.Popen(arguments, cwd=ROOT)
        until = time.monotonic() + LISTENING_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.02)
        raise TimeoutError("the remote signing service does not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _write_credential(self, name: str, credential: dict[str, Any]) -> None:
        _write(self.folder / "credentials" / f"{name}.json", credential)


@contextmanager
def serving(folder: Path, *, tls: bool = True) -> Iterator[RemoteSigning]:
    """Run a service."""
    service = RemoteSigning(folder / f"csc-{secrets.token_hex(4)}", tls=tls)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="session")
def csc_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteSigning]:
    """A service without faults; who sets one uses a service of its own."""
    with serving(tmp_path_factory.mktemp("csc")) as service:
        yield service


def keep_remotely(
    service: RemoteSigning, pki: RunningPki, holder: Holder, key: HolderKey
) -> None:
    """Have the PKI certify a key that the service keeps under the holder's key id."""
    service.add(holder.key_id, key, certified(pki, holder, key))


def certified(
    pki: RunningPki, holder: Holder, key: HolderKey
) -> list[x509.Certificate]:
    """Have the PKI certify a key; return the leaf and its issuers."""
    issued = issue_certificate(
        pki.folder, holder, now=SystemClock().now(), private_key=key
    )
    # The issuers come in the wrong order on purpose.
    return [issued.certificate, pki.pki.root, pki.pki.issuing]


def _write(path: Path, value: object) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value))
    part.replace(path)


def _base64(certificate: x509.Certificate) -> str:
    lines = certificate.public_bytes(Encoding.PEM).decode().splitlines()
    return "".join(lines[1:-1])


def _write_tls(folder: Path) -> None:
    """Make a CA and a server certificate for 127.0.0.1."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "THỬ NGHIỆM CSC CA")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "THỬ NGHIỆM CSC")])
    ca = _certificate(ca_name, ca_key, ca_name, ca_key, authority=True)
    leaf = _certificate(name, key, ca_name, ca_key, authority=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "server.key").write_bytes(pem)


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now, address = SystemClock().now(), ipaddress.ip_address("127.0.0.1")
    constraints = x509.BasicConstraints(ca=authority, path_length=None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(constraints, critical=True)
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(address)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, SHA256())
