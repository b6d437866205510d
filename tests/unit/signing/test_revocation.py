"""OCSP answers that were good once: how long are they believed?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certify.errors import ServiceUnavailable
from signing.revocation import RevocationClient
from tests.support.clock import MORNING, FakeClock

HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass
class Authority:
    """A CA, a leaf and a delegated responder; answers what the test prepared."""

    address: str
    answer: bytes = b""

    def __post_init__(self) -> None:
        self.key, self.leaf_key, self.responder_key = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(3)
        )
        ca = (x509.BasicConstraints(ca=True, path_length=None), True)
        self.root = self.certificate("CA", self.key, ca)
        points = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(f"{self.address}/crl")], None, None, None
        )
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP,
            x509.UniformResourceIdentifier(f"{self.address}/ocsp"),
        )
        self.leaf = self.certificate(
            "Người ký",
            self.leaf_key,
            (x509.CRLDistributionPoints([points]), False),
            (x509.AuthorityInformationAccess([where]), False),
        )

    def certificate(
        self,
        subject: str,
        key: ec.EllipticCurvePrivateKey,
        *extensions: tuple[x509.ExtensionType, bool],
        until: datetime = MORNING + YEAR,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(MORNING - YEAR)
            .not_valid_after(until)
        )
        for value, critical in extensions:
            builder = builder.add_extension(value, critical=critical)
        return builder.sign(self.key, SHA256())

    def responder(self, until: datetime) -> x509.Certificate:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        return self.certificate("OCSP", self.responder_key, (usage, False), until=until)

    def say_good(
        self, *, since: datetime, until: datetime | None, responder: x509.Certificate
    ) -> None:
        self.answer = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=self.leaf,
                issuer=self.root,
                algorithm=SHA256(),
                cert_status=ocsp.OCSPCertStatus.GOOD,
                this_update=since,
                next_update=until,
                revocation_time=None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.NAME, responder)
            .certificates([responder])
            .sign(self.responder_key, SHA256())
            .public_bytes(Encoding.DER)
        )

    def list(self) -> bytes:
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(MORNING - HOUR)
            .next_update(MORNING + YEAR)
            .sign(self.key, SHA256())
            .public_bytes(Encoding.DER)
        )


@pytest.fixture
def authority() -> Iterator[Authority]:
    made: list[Authority] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(made[0].list())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(made[0].answer)

        def reply(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        made.append(Authority(f"http://127.0.0.1:{server.server_port}"))
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made[0]
        server.shutdown()
        thread.join()


@pytest.fixture
def gather(authority: Authority) -> Callable[[], object]:
    client = RevocationClient(clock=FakeClock())
    return lambda: client.gather([[authority.leaf, authority.root]])


@pytest.mark.parametrize(
    ("age", "until", "believed"),
    [
        (HOUR, None, True),
        (23 * HOUR, None, True),
        (25 * HOUR, None, False),
        (YEAR, None, False),
        (25 * HOUR, MORNING + HOUR, True),  # the CA itself says how long
        (2 * HOUR, MORNING - HOUR, False),
        (-HOUR, None, False),  # from the future
    ],
)
def test_an_old_answer_is_not_news(
    authority: Authority,
    gather: Callable[[], object],
    *,
    age: timedelta,
    until: datetime | None,
    believed: bool,
) -> None:
    responder = authority.responder(MORNING + YEAR)
    authority.say_good(since=MORNING - age, until=until, responder=responder)
    if believed:
        gather()
    else:
        with pytest.raises(ServiceUnavailable):
            gather()


def test_an_expired_responder_speaks_for_nobody(
    authority: Authority, gather: Callable[[], object]
) -> None:
    expired = authority.responder(MORNING - timedelta(days=1))
    authority.say_good(since=MORNING - HOUR, until=MORNING + HOUR, responder=expired)
    with pytest.raises(ServiceUnavailable):
        gather()
