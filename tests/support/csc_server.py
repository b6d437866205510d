"""A remote signing service (CSC API 1.0.4) over loopback TLS, faulty on demand.

    python -m tests.support.csc_server FOLDER

`FOLDER/service.json` says its port, clients and tokens; `FOLDER/credentials/*.json` are
its keys and `FOLDER/faults.json` what is wrong now, both read at every request.
`FOLDER/requests.jsonl` notes what was asked and how it ended, never a secret.
"""

import json
import ssl
import sys
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from typing_extensions import override

from tests.support.csc_service import Refusal, Service

PREFIX = "/csc/v1/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        data, call = self.rfile.read(length), self.path.removeprefix(PREFIX)
        fault = self.service.fault(call)
        row: dict[str, object] = {"call": call, "fault": fault.get("kind", "")}
        try:
            status, said = 200, self._said(call, data, row)
        except Refusal as refusal:
            status, said = refusal.status, refusal.body
            row["refused"] = said["error_description"]
        self.service.note(**row)
        with suppress(OSError):
            self._send(status, said, fault)

    def _said(self, call: str, data: bytes, row: dict[str, object]) -> dict[str, Any]:
        if call == "oauth2/token":
            return self.service.new_token(parse_qs(data.decode(), strict_parsing=True))
        self.service.check_token(self.headers.get("Authorization", ""))
        body = json.loads(data)
        row |= {name: body[name] for name in ("credentialID", "hash") if name in body}
        match call:
            case "credentials/info":
                return self.service.info(body)
            case "credentials/authorize":
                return self.service.authorize(body)
            case "signatures/signHash":
                return self.service.sign_hash(body)
            case _:
                raise Refusal("The method is not implemented", "not_implemented", 501)

    def _send(self, status: int, said: dict[str, Any], fault: dict[str, Any]) -> None:
        kind = fault.get("kind", "")
        body, media_type = json.dumps(said | fault.get("says", {})).encode(), "json"
        time.sleep(fault.get("seconds", 0))
        match kind:
            case "status":
                status, body = fault["status"], fault.get("body", "{}").encode()
            case "truncated":
                body = body[: len(body) // 2]
            case "media_type":
                media_type = "html"
            case "huge":
                body = json.dumps(said | {"x": "x" * 10_000_000}).encode()
            case "wrong_signature" if "signatures" in said:
                wrong = bytearray(b64decode(said["signatures"][0]))
                wrong[-1] ^= 1
                said["signatures"] = [b64encode(wrong).decode()]
                body = json.dumps(said).encode()
            case _:
                pass
        head = f"Content-Type: application/{media_type};charset=UTF-8\r\n"
        head += f"Content-Length: {len(body)}\r\n{fault.get('headers', '')}\r\n"
        whole = f"HTTP/1.1 {status} Said\r\n{head}".encode() + body
        self._write(whole, kind)

    def _write(self, whole: bytes, kind: str) -> None:
        self.close_connection = kind in {"closed", "silent", "drip_head"}
        if kind == "closed":
            self.wfile.write(whole[:-20])
        elif kind == "drip_head":
            for byte in whole:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2)
        elif kind != "silent":
            self.wfile.write(whole)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; `Service.note` does."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up, or refuses our certificate, is no news."""


def main(folder: Path) -> None:
    service = Service(folder)
    handler = type("_Handler", (Handler,), {"service": service})
    server = Server(("127.0.0.1", service.setting("port")), handler)
    if service.setting("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        # The handshake is made by the first read, in the connection's own thread.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
