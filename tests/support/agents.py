"""The signing agent: what a page sends it, and the agent's process under a terminal."""

import base64
import hashlib
import http.client
import json
import os
import pty
import re
import select
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from certify.clock import SystemClock
from keys.base import SignatureScheme
from signing.cms import CmsTemplate
from tests.support.real import need

ORIGIN = "https://chungthuc.example.vn"
PATIENCE_SECONDS = 90  # a busy machine is no fault


def person_certificate(
    private_key: ec.EllipticCurvePrivateKey, name: str = "Vàng A Páo"
) -> x509.Certificate:
    """A certificate that may sign documents; of nobody's CA."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = SystemClock().now()
    usage = {
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage),
            critical=True,
        )
        .sign(private_key, SHA256())
    )


@dataclass(frozen=True)
class _Named:
    """As much of a key as a CMS template looks at."""

    certificate: x509.Certificate
    scheme: SignatureScheme
    chain: tuple[x509.Certificate, ...] = ()


def attributes_of(
    certificate: x509.Certificate,
    scheme: SignatureScheme = SignatureScheme.ECDSA_SHA256,
) -> bytes:
    """Signed attributes as a copy has them."""
    template = CmsTemplate(_Named(certificate, scheme))  # type: ignore[arg-type]
    return template.signed_attributes(bytes(scheme.hash_algorithm.digest_size))


def to_sign(
    attributes: bytes,
    scheme: SignatureScheme = SignatureScheme.ECDSA_SHA256,
    **changes: Any,
) -> dict[str, Any]:
    """One request of a page."""
    digest = hashlib.new(scheme.hash_algorithm.name, attributes).hexdigest()
    return {
        "id": "r1",
        "scheme": scheme.value,
        "digest": digest,
        "signed_attributes": base64.b64encode(attributes).decode(),
        "number": "01, quyển 01/2026-SCTĐT/BS",
        "title": "Giấy khai sinh",
        "copies": 2,
        "seconds_left": 170.0,
    } | changes


def batch_of(certificate: x509.Certificate, *requests: dict[str, Any]) -> Any:
    return {
        "certificate_sha256": certificate.fingerprint(SHA256()).hex(),
        "requests": list(requests),
    }


@dataclass(frozen=True)
class Page:
    """What a browser does for a page of an origin."""

    port: int
    ca: Path
    origin: str = ORIGIN

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        timeout: float = PATIENCE_SECONDS,
        **headers: str | None,
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and JSON; a header of None is left out."""
        given: dict[str, str | None] = {"Origin": self.origin}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given |= {"Content-Type": "application/json"}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        connection = http.client.HTTPSConnection(
            "127.0.0.1",
            self.port,
            timeout=timeout,
            context=ssl.create_default_context(cafile=self.ca),
        )
        with closing(connection):
            connection.putrequest(method, path, skip_host="Host" in given)
            for name, text in given.items():
                if text is not None:
                    connection.putheader(name, text)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            read = answer.read()
            got = {name.lower(): text for name, text in answer.getheaders()}
            return answer.status, got, json.loads(read) if read else None


@dataclass
class Agent:
    """`certify agent` in a process of its own, with a terminal that a test types at."""

    process: subprocess.Popen[bytes]
    terminal: int
    port: int = 0
    shown: str = field(default="")
    read_up_to: int = 0

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read on until the terminal shows something new."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.compile(pattern).search(self.shown, self.read_up_to)
            if found:
                self.read_up_to = found.end()
                return found
            assert time.monotonic() < deadline, self.shown
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if ready:
                try:
                    self.shown += os.read(self.terminal, 4096).decode()
                except OSError as error:  # it has ended
                    raise AssertionError(self.shown) from error

    def type(self, line: str) -> None:
        os.write(self.terminal, f"{line}\n".encode())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def agent_process(
    folder: Path, module: Path, *options: str, origin: str = ORIGIN, port: int = 0
) -> Iterator[Agent]:
    """Run the agent; its terminal is its controlling one, as getpass wants it."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [
            *(need("setsid"), "--ctty", sys.executable, "-m", "api", "agent"),
            *("--module", module, "--origin", origin, "--port", str(port)),
            *("--folder", folder, *options),
        ],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},  # noqa: TID251 - SoftHSM's setting
    )
    os.close(its)
    agent = Agent(process, ours)
    try:
        address = agent.wait_for(r"https://127\.0\.0\.1:(\d+)")
        agent.port = int(address[1])
        agent.wait_for("Ctrl-C")
        yield agent
    finally:
        process.kill()
        process.wait()
        os.close(ours)
