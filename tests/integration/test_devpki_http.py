"""The development PKI over real sockets."""

import hashlib
import json
import logging
import socket
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import urllib3
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from urllib3 import HTTPConnectionPool
from urllib3.util import Timeout

from api.devpki import MAX_REQUEST_BYTES, DevelopmentPkiServer, serve_if_free
from certify.clock import SystemClock
from certify.errors import InvalidInput
from tests.support.openssl import openssl
from tests.support.pki import RunningPki, free_port, make_pki

QUERY = tsp.TimeStampReq(
    {
        "version": 1,
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": hashlib.sha256(b"copy").digest(),
        },
        "cert_req": True,
        "nonce": 4711,
    }
).dump()


@pytest.fixture
def pool(running_pki: RunningPki) -> HTTPConnectionPool:
    return HTTPConnectionPool(
        "127.0.0.1", running_pki.port, timeout=Timeout(10), retries=False
    )


def test_two_tokens_on_one_connection(pool: HTTPConnectionPool) -> None:
    with pool:
        replies = [pool.urlopen("POST", "/pki/tsa", body=QUERY) for _ in range(2)]
        assert pool.num_connections == 1
    for reply in replies:
        assert reply.status == 200
        assert reply.headers["Content-Type"] == "application/timestamp-reply"
        status = tsp.TimeStampResp.load(reply.data)["status"]["status"]
        assert status.native == "granted"
    assert replies[0].data != replies[1].data


def test_answer_arrives_in_one_piece(running_pki: RunningPki) -> None:
    # Head and body apart would cost a delayed acknowledgement each time.
    with socket.create_connection(("127.0.0.1", running_pki.port), 10) as connection:
        head = f"POST /pki/tsa HTTP/1.1\r\nHost: x\r\nContent-Length: {len(QUERY)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + QUERY)
        received = connection.recv(65_536)
    header, body = received.split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in header


def test_openssl_asks_over_http(running_pki: RunningPki) -> None:
    certificates = running_pki.folder / "certificates"
    issuing = certificates / "issuing.pem"
    said = openssl(
        *("ocsp", "-url", f"{running_pki.base}/ocsp", "-issuer", issuing),
        *("-cert", certificates / "deputy.pem", "-verify_other", issuing),
        *("-CAfile", running_pki.root_pem),
    )
    assert "Response verify OK" in said
    assert "deputy.pem: good" in said


def test_ocsp_with_get(running_pki: RunningPki, pool: HTTPConnectionPool) -> None:
    pki = running_pki.pki
    leaf = x509.load_der_x509_certificate(pki.certificate("deputy"))
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, pki.issuing, SHA256())
    encoded = b64encode(builder.build().public_bytes(Encoding.DER)).decode()
    with pool:
        for path in (encoded, encoded.replace("/", "%2F").replace("+", "%2B")):
            reply = pool.urlopen("GET", f"/pki/ocsp/{path}")
            answer = ocsp.load_der_ocsp_response(reply.data)
            assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
        reply = pool.urlopen("GET", "/pki/ocsp/%%%not-base64")
    answer = ocsp.load_der_ocsp_response(reply.data)
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_addresses_in_certificates_answer(running_pki: RunningPki) -> None:
    leaf = x509.load_der_x509_certificate(running_pki.pki.certificate("seal"))
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    places = leaf.extensions.get_extension_for_class(
        x509.AuthorityInformationAccess
    ).value
    (name,) = points[0].full_name or ()
    issuer_address = places[1].access_location.value
    with urllib3.PoolManager() as http:
        crl = http.request("GET", name.value, retries=False)
        issuer = http.request("GET", issuer_address, retries=False)
    assert crl.headers["Content-Type"] == "application/pkix-crl"
    assert x509.load_der_x509_crl(crl.data).issuer == leaf.issuer
    assert issuer.headers["Content-Type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(issuer.data) == running_pki.pki.issuing


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/pki/crl/other.crl", 404),
        ("GET", "/pki/cert/nobody.crt", 404),
        ("GET", "/pki/cert/..%2Fca%2Froot.crt", 404),
        ("GET", "/pki/cert/../../ca/root.key", 404),
        ("GET", "/pki/tsa", 404),
        ("POST", "/pki/other", 404),
        ("POST", "/pki/tsa?x=1", 404),
        ("DELETE", "/pki/tsa", 501),
    ],
)
def test_what_is_not_there(
    pool: HTTPConnectionPool, method: str, path: str, status: int
) -> None:
    with pool:
        body = b"" if method == "POST" else None
        reply = pool.urlopen(method, path, body=body)
    assert reply.status == status
    assert b"Traceback" not in reply.data


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", b"411"),
        (b"Transfer-Encoding: chunked\r\n", b"411"),
        (b"Content-Length: -1\r\n", b"411"),
        (b"Content-Length: x\r\n", b"411"),
        (f"Content-Length: {MAX_REQUEST_BYTES + 1}\r\n".encode(), b"413"),
        (b"Content-Length: " + b"9" * 5000 + b"\r\n", b"413"),
    ],
    ids=["none", "chunked", "negative", "letters", "too large", "absurd"],
)
def test_body_without_usable_length(
    running_pki: RunningPki, headers: bytes, status: bytes
) -> None:
    head = b"POST /pki/tsa HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"
    reply = raw(running_pki.port, head)
    assert reply.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in reply


@pytest.mark.parametrize(
    "request_bytes",
    [b"", b"\0\xff\xfe garbage\r\n\r\n", b"GET", b"GET / HTTP/9.9\r\n\r\n"],
)
def test_noise_harms_nobody(
    running_pki: RunningPki,
    pool: HTTPConnectionPool,
    capfd: pytest.CaptureFixture[str],
    request_bytes: bytes,
) -> None:
    assert b"Traceback" not in raw(running_pki.port, request_bytes)
    with pool:
        assert pool.urlopen("POST", "/pki/tsa", body=QUERY).status == 200
    assert capfd.readouterr().err == ""


def test_truncated_body_is_rejected_as_a_request(running_pki: RunningPki) -> None:
    head = b"POST /pki/tsa HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    reply = raw(running_pki.port, head + QUERY[:20])
    assert reply.startswith(b"HTTP/1.1 200")
    body = reply.split(b"\r\n\r\n", 1)[1]
    assert tsp.PKIStatusInfo.load(body[2:])["fail_info"].native == {"bad_data_format"}


def test_many_clients_at_once(running_pki: RunningPki) -> None:
    with (
        HTTPConnectionPool(
            "127.0.0.1", running_pki.port, maxsize=8, block=True
        ) as many,
        ThreadPoolExecutor(8) as threads,
    ):
        replies = list(
            threads.map(
                lambda _: many.urlopen("POST", "/pki/tsa", body=QUERY), range(80)
            )
        )
    assert {reply.status for reply in replies} == {200}
    assert len({reply.data for reply in replies}) == 80


def test_second_process_uses_the_first(running_pki: RunningPki) -> None:
    clock = SystemClock()
    assert serve_if_free(running_pki.pki, clock=clock, port=running_pki.port) is None
    with pytest.raises(ValueError, match="port"):
        serve_if_free(running_pki.pki, clock=clock, port=free_port())


class _Stranger(BaseHTTPRequestHandler):
    body = b"[]"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("body", [b"[]", b"<html>", b'{"root_sha256": "00"}'])
def test_port_taken_by_a_stranger(tmp_path: Path, body: bytes) -> None:
    clock = SystemClock()
    made = make_pki(tmp_path / "pki", clock=clock, holders=())
    handler = type("Handler", (_Stranger,), {"body": body})
    with HTTPServer(("127.0.0.1", made.port), handler) as stranger:
        Thread(target=stranger.serve_forever, args=(0.05,), daemon=True).start()
        with pytest.raises(InvalidInput) as caught:
            serve_if_free(made.pki, clock=clock, port=made.port)
        stranger.shutdown()
    assert str(made.port) in str(caught.value)
    assert caught.value.exit_code == 2


def test_stop_frees_the_port_and_ends_connections(
    running_pki: RunningPki, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    server = DevelopmentPkiServer(pki=running_pki.pki, clock=SystemClock(), port=0)
    server.start()
    assert "THỬ NGHIỆM" in caplog.text
    port = server.port
    with socket.create_connection(("127.0.0.1", port), 10) as idle:
        idle.sendall(b"GET /pki/health HTTP/1.1\r\nHost: x\r\n\r\n")
        reply = idle.recv(65_536)
        health = json.loads(reply.split(b"\r\n\r\n", 1)[1])
        assert health == {"root_sha256": running_pki.pki.root_sha256}
        server.stop()
        assert idle.recv(1) == b""
    again = DevelopmentPkiServer(pki=running_pki.pki, clock=SystemClock(), port=port)
    again.stop()
