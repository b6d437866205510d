"""The agent's door: who may ask, in what form, and that it is no oracle."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from api.agent.consent import TerminalConsent
from api.agent.identity import agent_identity
from api.agent.server import AgentServer
from api.agent.signing import BatchSigner
from certify.clock import SystemClock
from keys.base import KeyRefused, RefusalReason, SignatureScheme
from tests.support.agents import (
    ORIGIN,
    Page,
    attributes_of,
    batch_of,
    person_certificate,
    to_sign,
)

PIN = "73915028"


@dataclass
class HeldToken:
    """A key of a test in the place of a token; `tests/integration` has a real one."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    used: list[str] = field(default_factory=list)

    def certificates(self) -> list[x509.Certificate]:
        return [self.certificate]

    def sign(
        self,
        certificate: x509.Certificate,
        pin: str,
        wanted: Sequence[tuple[SignatureScheme, bytes]],
    ) -> list[bytes]:
        assert certificate == self.certificate
        self.used.append(pin)
        if pin != PIN:
            raise KeyRefused(RefusalReason.PIN_WRONG, key_id="token")
        algorithm = ec.ECDSA(Prehashed(SHA256()))
        return [self.private_key.sign(digest, algorithm) for _, digest in wanted]


@dataclass
class Person:
    """Types at the terminal, and reads it."""

    types: str = PIN
    asked: threading.Event = field(default_factory=threading.Event)
    may_type: threading.Event = field(default_factory=threading.Event)
    said: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    def type(self, prompt: str) -> str:
        self.prompts.append(prompt)
        self.asked.set()
        assert self.may_type.wait(30)
        return self.types


@dataclass(frozen=True)
class Running:
    page: Page
    token: HeldToken
    person: Person

    def sign(self, *requests: dict[str, Any]) -> tuple[int, Any]:
        batch = batch_of(self.token.certificate, *requests)
        status, _, answer = self.page.send("POST", "/sign", batch)
        return status, answer


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    private_key = ec.generate_private_key(ec.SECP256R1())
    token = HeldToken(private_key, person_certificate(private_key))
    person = Person()
    person.may_type.set()
    consent = TerminalConsent(
        say=person.said.append, read_secret=person.type, read_line=person.type
    )
    identity = agent_identity(tmp_path / "agent", SystemClock().now())
    server = AgentServer(
        port=0,
        context=identity.context(),
        origins=frozenset({ORIGIN}),
        signer=BatchSigner(token=token, consent=consent),  # type: ignore[arg-type]
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield Running(Page(server.server_address[1], identity.ca), token, person)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_batch_is_shown_confirmed_once_and_signed(running: Running) -> None:
    attributes = attributes_of(running.token.certificate)
    first, second = to_sign(attributes), to_sign(attributes, id="r2", title="Bằng")
    status, answer = running.sign(first, second)
    assert status == 200, answer
    assert len(answer["signatures"]) == 2
    assert len(running.person.prompts) == 1
    shown = "\n".join(running.person.said)
    for words in (ORIGIN, "Vàng A Páo", first["number"], "Giấy khai sinh", "Bằng"):
        assert words in shown
    assert PIN not in shown


def test_status_names_the_certificates_and_asks_for_no_pin(running: Running) -> None:
    status, headers, answer = running.page.send("GET", "/status")
    assert status == 200
    assert headers["access-control-allow-origin"] == ORIGIN
    fingerprint = running.token.certificate.fingerprint(SHA256()).hex()
    assert [c["sha256"] for c in answer["certificates"]] == [fingerprint]
    assert running.person.prompts == []


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Origin": ORIGIN.upper()},
        {"Origin": ORIGIN.replace("https", "http")},
        {"Origin": f"{ORIGIN}:444"},
        {"Origin": "null"},
        {"Origin": None},
        {"Host": "chungthuc.example.vn"},
        {"Host": "evil.example:17463"},
        {"Host": "127.0.0.1"},
    ],
    ids=str,
)
def test_others_are_refused_without_a_cors_header(
    running: Running, method: str, headers: dict[str, str | None]
) -> None:
    path = {"POST": "/sign"}.get(method, "/status")
    body = {} if method == "POST" else None
    status, got, answer = running.page.send(method, path, body, **headers)
    assert (status, answer["code"]) == (403, "origin.forbidden")
    assert not any(name.startswith("access-control") for name in got)
    assert running.person.prompts == running.token.used == []


def test_a_preflight_opens_for_private_networks(running: Running) -> None:
    status, headers, _ = running.page.send(
        "OPTIONS",
        "/sign",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Private_Network="true",
    )
    assert status == 204
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-private-network"] == "true"
    assert headers["vary"] == "Origin"


def test_plain_http_gets_no_answer(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.page.port), 10) as plain:
        plain.sendall(
            f"GET /status HTTP/1.1\r\nHost: localhost:{running.page.port}\r\n"
            f"Origin: {ORIGIN}\r\n\r\n".encode()
        )
        try:
            got = plain.recv(4096)
        except ConnectionResetError:
            got = b""
    assert b"HTTP" not in got


def test_old_tls_is_refused(running: Running) -> None:
    context = ssl.create_default_context(cafile=running.page.ca)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", running.page.port), 10) as plain,
        pytest.raises(OSError, match=r"."),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


def test_a_silent_caller_keeps_nobody_out(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.page.port), 10):
        assert running.page.send("GET", "/status", timeout=10)[0] == 200


def foreign_attributes(certificate: x509.Certificate) -> dict[str, bytes]:
    """What the agent must not sign, each wrong in one way."""
    good = attributes_of(certificate)
    loaded = cms.CMSAttributes.load(good)
    by_type = {a["type"].native: a for a in loaded}

    def made(*attributes: cms.CMSAttribute) -> bytes:
        return bytes(cms.CMSAttributes(attributes).dump())

    def one(kind: str, value: Any) -> cms.CMSAttribute:
        return cms.CMSAttribute({"type": kind, "values": [value]})

    content, digest, signer = (
        by_type[kind]
        for kind in ("content_type", "message_digest", "signing_certificate_v2")
    )
    other_key = ec.generate_private_key(ec.SECP256R1())
    challenge = b"please sign this login challenge"
    return {
        "a bare message": challenge,
        "a digest info": algos.DigestInfo(
            {"digest_algorithm": {"algorithm": "sha256"}, "digest": bytes(32)}
        ).dump(),
        "another SET": core.SetOf(
            [core.OctetString(challenge)], spec=core.OctetString
        ).dump(),
        "nothing": b"",
        "an empty set": made(),
        "no certificate": made(content, digest),
        "no digest": made(content, signer),
        "no content type": made(digest, signer),
        "another content": made(one("content_type", "tst_info"), digest, signer),
        "a short digest": made(content, one("message_digest", b"x" * 20), signer),
        "a signing time": made(
            *(content, digest, signer),
            one("signing_time", cms.Time({"utc_time": SystemClock().now()})),
        ),
        "a digest twice": made(content, digest, digest, signer),
        "two values": made(
            content,
            cms.CMSAttribute({"type": "message_digest", "values": [bytes(32)] * 2}),
            signer,
        ),
        "another's certificate": attributes_of(person_certificate(other_key)),
        "bytes after it": good + b"\x00",
        "implicit tag": b"\xa0" + good[1:],
        "long length": b"\x31\x82" + (len(good) - 3).to_bytes(2, "big") + good[3:],
        "sha-384 digest": attributes_of(certificate, SignatureScheme.ECDSA_SHA384),
    }


KINDS = tuple(
    foreign_attributes(person_certificate(ec.generate_private_key(ec.SECP256R1())))
)


@pytest.mark.parametrize("kind", KINDS)
def test_it_signs_nothing_but_attributes_of_a_copy(running: Running, kind: str) -> None:
    foreign = foreign_attributes(running.token.certificate)[kind]
    good = to_sign(attributes_of(running.token.certificate))
    status, answer = running.sign(good, to_sign(foreign, id="r2"))
    assert (status, answer["code"]) == (422, "request.foreign")
    assert running.person.prompts == running.token.used == []


def test_a_digest_of_something_else_is_refused(running: Running) -> None:
    request = to_sign(attributes_of(running.token.certificate), digest="ab" * 32)
    status, answer = running.sign(request)
    assert (status, answer["code"]) == (422, "digest.mismatch")
    assert running.token.used == []


def test_a_scheme_of_another_key_is_refused(running: Running) -> None:
    attributes = attributes_of(running.token.certificate)
    for scheme in ("rsa-pkcs1-sha256", "rsa-pss-sha256", "md5"):
        status, answer = running.sign(to_sign(attributes) | {"scheme": scheme})
        assert (status, answer["code"]) == (422, "request.foreign")


def test_another_certificate_than_the_tokens(running: Running) -> None:
    batch = batch_of(
        person_certificate(ec.generate_private_key(ec.SECP256R1())),
        to_sign(attributes_of(running.token.certificate)),
    )
    status, _, answer = running.page.send("POST", "/sign", batch)
    assert (status, answer["code"]) == (409, "token.absent")


def test_a_wrong_pin_is_used_once(running: Running) -> None:
    running.person.types = "00000000"
    status, answer = running.sign(to_sign(attributes_of(running.token.certificate)))
    assert (status, answer["code"]) == (409, "token.pin_wrong")
    assert "không được thử lại" in answer["detail"]
    assert running.token.used == ["00000000"]


def test_enter_alone_is_a_no(running: Running) -> None:
    running.person.types = ""
    status, answer = running.sign(to_sign(attributes_of(running.token.certificate)))
    assert (status, answer["code"]) == (403, "signing.declined")
    assert running.token.used == []


def test_one_batch_at_a_time(running: Running) -> None:
    running.person.may_type.clear()
    request = to_sign(attributes_of(running.token.certificate))
    answers: list[tuple[int, Any]] = []
    first = threading.Thread(target=lambda: answers.append(running.sign(request)))
    first.start()
    assert running.person.asked.wait(30)
    status, answer = running.sign(request)
    assert (status, answer["code"]) == (409, "agent.busy")
    assert running.page.send("GET", "/status")[2]["busy"]
    running.person.may_type.set()
    first.join(30)
    assert answers[0][0] == 200
    assert running.token.used == [PIN]


def test_a_pin_that_comes_too_late_is_not_used(running: Running) -> None:
    running.person.may_type.clear()

    def type_late() -> None:
        assert running.person.asked.wait(30)
        time.sleep(0.3)
        running.person.may_type.set()

    late = threading.Thread(target=type_late)
    late.start()
    request = to_sign(attributes_of(running.token.certificate), seconds_left=0.2)
    status, answer = running.sign(request)
    assert (status, answer["code"]) == (409, "signature.late")
    assert running.token.used == []
    late.join()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", {}),
        ({}, {}),
        ({"pin": PIN}, {}),
        (b"{}", {"Content_Type": "text/plain"}),
    ],
)
def test_what_is_no_batch_is_refused(
    running: Running, body: Any, headers: dict[str, str]
) -> None:
    status, _, answer = running.page.send("POST", "/sign", body, **headers)
    assert (status, answer["code"]) == (422, "input.invalid")


def test_unknown_addresses(running: Running) -> None:
    assert running.page.send("GET", "/sign")[0] == 404
    assert running.page.send("POST", "/status", {})[0] == 404
