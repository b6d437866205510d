"""Loopback HTTPS: who may ask, and what they get.

Every request, preflights included, must name one of the allowed origins and this
machine's own name: a page of another site, a program without an origin and a name that
was made to point here (DNS rebinding) all get 403 and no CORS header.
"""

import json
import os
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any

from pydantic import ValidationError
from typing_extensions import override

from api.agent.protocol import MOST_BYTES, Batch, Refusal
from api.agent.signing import BatchSigner

LOOPBACK = "127.0.0.1"
_SLOW_SECONDS = 15  # to send a request, or to take an answer
_FORBIDDEN = Refusal(403, "origin.forbidden", "Trang này không được phép dùng trạm ký.")
_UNREADABLE = Refusal(422, "input.invalid", "Yêu cầu gửi đến trạm ký không đúng mẫu.")
_NOT_FOUND = Refusal(404, "not_found", "Trạm ký không có địa chỉ này.")


class AgentServer(ThreadingHTTPServer):
    """Serves on loopback only, with TLS only."""

    daemon_threads = True
    # On Windows this option would let another program take the port over.
    allow_reuse_address = os.name == "posix"

    def __init__(
        self,
        *,
        port: int,
        context: ssl.SSLContext,
        origins: frozenset[str],
        signer: BatchSigner,
    ) -> None:
        """Take the port.

        Raises:
            OSError: it is taken.
        """
        self.origins = origins
        self.signer = signer
        self._context = context
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def own_names(self) -> frozenset[str]:
        """Values of the Host header that mean this server."""
        port = self.server_address[1]
        return frozenset({f"{LOOPBACK}:{port}", f"localhost:{port}"})

    @override
    def get_request(self) -> tuple[socket, Any]:
        """Accept; the handshake is made by the connection's thread."""
        connection, client = super().get_request()
        connection.settimeout(_SLOW_SECONDS)
        wrapped = self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, client

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: who speaks no TLS, or goes away, is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: AgentServer
    protocol_version = "HTTP/1.1"
    server_version = "certify-agent"
    sys_version = ""
    timeout = _SLOW_SECONDS

    def do_OPTIONS(self) -> None:
        """Answer a preflight."""
        self._answer(lambda: None)

    def do_GET(self) -> None:
        """Tell the status."""
        self._answer(self._status)

    def do_POST(self) -> None:
        """Sign a batch."""
        self._answer(self._sign)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the terminal belongs to the person."""

    def _status(self) -> dict[str, object]:
        if self.path != "/status":
            raise _NOT_FOUND
        return self.server.signer.status()

    def _sign(self) -> dict[str, object]:
        if self.path != "/sign":
            raise _NOT_FOUND
        batch = self._batch()
        return {"signatures": self.server.signer.sign(batch, self.headers["Origin"])}

    def _batch(self) -> Batch:
        length = self.headers.get("Content-Length", "")
        is_json = self.headers.get("Content-Type", "") == "application/json"
        if not is_json or not length.isdigit() or int(length) > MOST_BYTES:
            raise _UNREADABLE
        try:
            return Batch.model_validate_json(self.rfile.read(int(length)))
        except ValidationError as error:
            raise _UNREADABLE from error

    def _answer(self, work: Any) -> None:  # noqa: ANN401 - returns a dict or None
        if not self._allowed():
            self.close_connection = True  # its body was not read
            self._send(_FORBIDDEN.status, _problem(_FORBIDDEN))
            return
        try:
            body, status = work(), 200
        except Refusal as refusal:
            self.close_connection = True
            body, status = _problem(refusal), refusal.status
        self._send(status if body is not None else 204, body, self.headers["Origin"])

    def _allowed(self) -> bool:
        host = self.headers.get_all("Host", [])
        origin = self.headers.get_all("Origin", [])
        return (
            len(host) == len(origin) == 1
            and host[0].lower() in self.server.own_names
            and origin[0] in self.server.origins
        )

    def _send(
        self, status: int, body: dict[str, object] | None, origin: str = ""
    ) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Vary", "Origin")
        if origin:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Access-Control-Max-Age", "600")
            if "Access-Control-Request-Private-Network" in self.headers:
                self.send_header("Access-Control-Allow-Private-Network", "true")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)


def _problem(refusal: Refusal) -> dict[str, object]:
    return {"code": refusal.code, "detail": refusal.detail}
