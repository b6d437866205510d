"""The development PKI over loopback HTTP: OCSP, timestamps, CRLs, certificates.

    POST /pki/ocsp            application/ocsp-request      RFC 6960 Appendix A.1
    GET  /pki/ocsp/<base64>                                 RFC 6960 Appendix A.1
    POST /pki/tsa             application/timestamp-query   RFC 3161 §3.4
    GET  /pki/crl/<ca>.crl    root or issuing, DER
    GET  /pki/cert/<name>.crt DER
    GET  /pki/health          which PKI answers here

One port per PKI, chosen at `certify init`: the process that finds it free serves it,
the others use it (design §5). Development only; the wiring refuses it in production.
"""

import errno
import http.client
import json
import logging
import socket
import socketserver
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from certify.clock import Clock
from certify.errors import InvalidInput
from keys.devpki.responders import DevelopmentPki

HOST: Final = "127.0.0.1"
MAX_REQUEST_BYTES: Final = 16_384  # an OCSP or timestamp request has about 100 bytes
MAX_LENGTH_DIGITS: Final = 9
IDLE_SECONDS: Final = 60
PROBE_SECONDS: Final = 5
STOP_POLL_SECONDS: Final = 0.05
LOG: Final = logging.getLogger(__name__)

_Request: TypeAlias = socket.socket | tuple[bytes, socket.socket]  # of socketserver


@dataclass(frozen=True)
class _Answer:
    status: HTTPStatus
    content_type: str
    body: bytes


def _refusal(status: HTTPStatus) -> _Answer:
    return _Answer(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())


class _Routes:
    """Path and body to answer; knows no socket."""

    def __init__(self, *, pki: DevelopmentPki, clock: Clock) -> None:
        self._pki = pki
        self._clock = clock

    def post(self, path: str, body: bytes) -> _Answer:
        now = self._clock.now()
        match path:
            case "/pki/ocsp":
                return self._ocsp(body)
            case "/pki/tsa":
                token = self._pki.timestamp(body, now)
                return _Answer(HTTPStatus.OK, "application/timestamp-reply", token)
            case _:
                return _refusal(HTTPStatus.NOT_FOUND)

    def get(self, path: str) -> _Answer:
        match path.removeprefix("/").split("/", maxsplit=2):
            case ["pki", "health"]:
                return self._health()
            case ["pki", "ocsp", encoded]:
                return self._ocsp(_decoded(encoded))
            case ["pki", "crl", name] if name.endswith(".crl"):
                return self._crl(name.removesuffix(".crl"))
            case ["pki", "cert", name] if name.endswith(".crt"):
                return self._certificate(name.removesuffix(".crt"))
            case _:
                return _refusal(HTTPStatus.NOT_FOUND)

    def _health(self) -> _Answer:
        body = json.dumps({"root_sha256": self._pki.root_sha256}).encode()
        return _Answer(HTTPStatus.OK, "application/json", body)

    def _ocsp(self, request: bytes) -> _Answer:
        response = self._pki.ocsp(request, self._clock.now())
        return _Answer(HTTPStatus.OK, "application/ocsp-response", response)

    def _crl(self, ca_name: str) -> _Answer:
        try:
            crl = self._pki.crl(ca_name, self._clock.now())
        except LookupError:
            return _refusal(HTTPStatus.NOT_FOUND)
        return _Answer(HTTPStatus.OK, "application/pkix-crl", crl)

    def _certificate(self, name: str) -> _Answer:
        try:
            certificate = self._pki.certificate(name)
        except LookupError:
            return _refusal(HTTPStatus.NOT_FOUND)
        return _Answer(HTTPStatus.OK, "application/pkix-cert", certificate)


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(unquote(encoded), validate=True)
    except ValueError:
        return b""  # the responder answers that this is no request


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive. `server` is the `_Server` below."""

    server: "_Server"
    protocol_version = "HTTP/1.1"
    server_version = "certified-copy-development-pki"
    sys_version = ""
    timeout = IDLE_SECONDS
    # Head and body leave in one packet: sent apart they meet Nagle's algorithm and
    # the peer's delayed acknowledgement, 40 ms each.
    wbufsize = 65_536
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer what needs no body."""
        self._answer(None)

    def do_POST(self) -> None:
        """Answer a request for status or time."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            # Also for chunked bodies: without a length the next request is lost.
            self._close_with(HTTPStatus.LENGTH_REQUIRED)
        elif len(length) > MAX_LENGTH_DIGITS or int(length) > MAX_REQUEST_BYTES:
            self._close_with(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._answer(self.rfile.read(int(length)))

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: paths carry requests, and nobody needs an access log here."""

    def _answer(self, body: bytes | None) -> None:
        routes = self.server.routes
        try:
            answer = (
                routes.get(self.path) if body is None else routes.post(self.path, body)
            )
        except Exception as error:  # noqa: BLE001 - the border: no traceback leaves
            LOG.error("development PKI: %s", type(error).__name__)  # noqa: TRY400 - a traceback could show a request
            answer = _refusal(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._send(answer)

    def _close_with(self, status: HTTPStatus) -> None:
        self.close_connection = True  # the unread body is in the way
        self._send(_refusal(status))

    def _send(self, answer: _Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)


class _Server(ThreadingHTTPServer):
    """Remembers its open connections, to end them when it stops."""

    daemon_threads = True
    # The default of 5 drops connections of a burst; their retry comes a second later.
    request_queue_size = 128

    def __init__(
        self, port: int, routes: _Routes, handler: type[_Handler] = _Handler
    ) -> None:
        self.routes = routes
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__((HOST, port), handler)

    @override
    def server_bind(self) -> None:
        """Bind without asking DNS for our name, as HTTPServer would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    @override
    def process_request(self, request: _Request, client_address: object) -> None:
        """Remember the connection, then serve it in its thread."""
        with self._open_lock:
            self._open.add(_connection(request))
        super().process_request(request, client_address)

    @override
    def shutdown_request(self, request: _Request) -> None:
        """Forget the connection when it is closed."""
        with self._open_lock:
            self._open.discard(_connection(request))
        super().shutdown_request(request)

    @override
    def handle_error(self, request: _Request, client_address: object) -> None:
        """Write nothing: a client that went away is no event."""

    def end_connections(self) -> None:
        """Wake the threads that wait on idle keep-alive connections."""
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _connection(request: _Request) -> socket.socket:
    if not isinstance(request, socket.socket):
        raise TypeError("a TCP server accepts sockets")
    return request


class DevelopmentPkiServer:
    """Serves one PKI in a thread, from `start` to `stop`."""

    def __init__(self, *, pki: DevelopmentPki, clock: Clock, port: int) -> None:
        """Take the port. OSError (EADDRINUSE) if it is taken; 0 takes a free one."""
        self._server = _Server(port, _Routes(pki=pki, clock=clock))
        self._thread = Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": STOP_POLL_SECONDS},
            name="development-pki",
            daemon=True,
        )

    @property
    def port(self) -> int:
        """The port in use."""
        return self._server.server_port

    def start(self) -> None:
        """Begin to answer."""
        LOG.warning("development PKI (THỬ NGHIỆM) answers on port %d", self.port)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, end all connections and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.end_connections()


def serve_if_free(
    pki: DevelopmentPki, *, clock: Clock, port: int
) -> DevelopmentPkiServer | None:
    """Serve the PKI if nobody does; return None if this very PKI answers already.

    Raises:
        InvalidInput: another program, or another PKI, has the port.
        ValueError: `port` is not the one written into this PKI's certificates.
    """
    if urlsplit(pki.addresses.base).port != port:
        raise ValueError("this port is not the one in the PKI's certificates")
    try:
        server = DevelopmentPkiServer(pki=pki, clock=clock, port=port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        if _root_served_on(port) != pki.root_sha256:
            raise InvalidInput(
                field="Cổng của hạ tầng khóa thử nghiệm",
                reason=f"cổng {port} đang do chương trình khác sử dụng",
            ) from error
        return None
    server.start()
    return server


def _root_served_on(port: int) -> str | None:
    """Ask whoever has the port which PKI it is; None if it does not say."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/pki/health")
        body = json.loads(connection.getresponse().read(MAX_REQUEST_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return str(body.get("root_sha256")) if isinstance(body, dict) else None
