"""The server of `tests.support.faulty_pki`, run as a program.

    python -m tests.support.faulty_server FOLDER PORT

It reads `FOLDER/faults.json` at every request and notes each in `FOLDER/requests.log`.
Behind /pki/tsa2 answers a second TSA with a certificate of its own.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from api.devpki import _Answer, _Handler, _Routes, _Server
from certify.clock import SystemClock
from keys.devpki.folder import IssuedRecord, PkiFolder
from keys.devpki.holders import ISSUING, OCSP, TSA
from keys.devpki.ocsp import OcspResponder
from keys.devpki.responders import DevelopmentPki
from keys.devpki.timestamp import TimestampResponder

SECOND_TSA, WRONG_TSA, EXPIRED_OCSP = "tsa2", "tsa-wrong", "ocsp-expired"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Fault:
    """What one service does wrong.

    Attributes:
        kind: "" for nothing; see `_Wrong` and `FaultyHandler`; several in turn stand
            between bars.
        share: of its requests, spread evenly.
        quota, window: answers 429 beyond so many requests in so many seconds.
        seconds: how slow.
    """

    kind: str = ""
    share: float = 1.0
    quota: int = 0
    window: float = 1200.0
    seconds: float = 3.0


class _MovableClock:
    def __init__(self, folder: Path) -> None:
        self._file = folder / "ahead"

    def now(self) -> datetime:
        ahead = self._file.read_text() if self._file.exists() else "0"
        return SystemClock().now() + timedelta(seconds=float(ahead))


class _Wrong(_Routes):
    """Answers that are well-formed HTTP and wrong inside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__(pki=DevelopmentPki(folder), clock=_MovableClock(folder))
        self.responders = {
            name: self._tsa(name) for name in (TSA, SECOND_TSA, WRONG_TSA)
        }
        self.usual = self._ocsp_responder(PkiFolder(folder).index)
        self.ignorant = self._ocsp_responder(dict)
        self.expired = self._ocsp_responder(PkiFolder(folder).index, EXPIRED_OCSP)
        self.counts: dict[str, int] = {}
        self.times: dict[str, deque[float]] = {}

    def fault_of(self, service: str) -> Fault:
        """The fault that strikes this very request, if any."""
        rows = json.loads((self._folder / "faults.json").read_text())
        fault = Fault(**rows[service]) if service in rows else Fault()
        number = self.counts[service] = self.counts.get(service, 0) + 1
        with (self._folder / "requests.log").open("a") as log:
            log.write(f"{service}\n")
        taken = self.times.setdefault(service, deque())
        now = time.monotonic()
        if not fault.quota:
            taken.clear()
        while taken and taken[0] < now - fault.window:
            taken.popleft()
        if fault.quota and len(taken) >= fault.quota:
            return Fault("too_many")
        if fault.quota:
            taken.append(now)
        strikes = (number * 61 % 100) < fault.share * 100  # 61 is prime to 100
        kinds = fault.kind.split("|")
        return replace(fault, kind=kinds[number % len(kinds)] if strikes else "")

    def wrong(self, service: str, path: str, body: bytes, kind: str) -> _Answer:
        """The answer of a service, wrong in one way."""
        if service.startswith("tsa"):
            name = TSA if service == "tsa" else SECOND_TSA
            token = self._token(name, body, kind)
            return _Answer(HTTPStatus.OK, "application/timestamp-reply", token)
        if service == "ocsp":
            data = self._status(body, kind)
            return _Answer(HTTPStatus.OK, "application/ocsp-response", data)
        later = -40 * DAY if kind == "stale" else timedelta(0)
        name = path.rpartition("/")[2].removesuffix(".crl")
        name = {"root": "issuing", "issuing": "root"}[name] if kind == "other" else name
        crl = self._pki.crl(name, self._clock.now() + later)
        return _Answer(HTTPStatus.OK, "application/pkix-crl", crl)

    def _token(self, name: str, body: bytes, kind: str) -> bytes:
        now = self._clock.now()
        match kind:
            case "wrong_eku":
                name = WRONG_TSA
            case "wrong_clock":
                now -= timedelta(minutes=6)
            case "behind":
                now -= timedelta(milliseconds=800)
            case "wrong_nonce" | "wrong_imprint":
                asked = tsp.TimeStampReq.load(body)
                if kind == "wrong_nonce":
                    asked["nonce"] = 1
                else:
                    asked["message_imprint"]["hashed_message"] = bytes(32)
                body = asked.dump(force=True)
            case _:
                pass
        return self.responders[name].respond(body, now)

    def _status(self, body: bytes, kind: str) -> bytes:
        now = self._clock.now()
        match kind:
            case "expired":
                return self.expired.respond(body, now)
            case "old":
                return self.usual.respond(body, now - timedelta(hours=1))
            case "unknown":
                return self.ignorant.respond(body, now)
            case "wrong_nonce":
                return self.usual.respond(_other_nonce(body), now)
            case _:
                raise ValueError(kind)

    def _tsa(self, name: str) -> TimestampResponder:
        folder = PkiFolder(self._folder)
        return TimestampResponder(
            certificate=folder.certificate(name),
            private_key=folder.private_key(name),
            chain=[folder.certificate(ISSUING)],
        )

    def _ocsp_responder(
        self, index: Callable[[], Mapping[int, IssuedRecord]], name: str = OCSP
    ) -> OcspResponder:
        folder = PkiFolder(self._folder)
        return OcspResponder(
            issuer=folder.certificate(ISSUING),
            issuer_name=ISSUING,
            certificate=folder.certificate(name),
            private_key=folder.private_key(name),
            index=index,
        )


def _other_nonce(body: bytes) -> bytes:
    asked = ocsp.load_der_ocsp_request(body)
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            asked.serial_number,
            asked.hash_algorithm,
        )
        .add_extension(x509.OCSPNonce(b"another nonce   "), critical=False)
        .build()
    )
    return request.public_bytes(Encoding.DER)


_STATUSES = {"error": 500, "too_many": 429, "redirect": 302}
_BROKEN = {"drip_head", "drip_body", "endless", "down", "truncated"}


class FaultyHandler(_Handler):
    """Misbehaves on the wire where the fault is one of the wire."""

    def _answer(self, body: bytes | None) -> None:
        routes: Any = self.server.routes
        service = self.path.split("/")[2] if self.path.count("/") > 1 else ""
        if service not in {"tsa", "tsa2", "ocsp", "crl"}:
            super()._answer(body)
            return
        fault = routes.fault_of(service)
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault.kind in {"", "slow"}:
            self._right(routes, service, body)
        elif fault.kind in _STATUSES:
            self._refuse(fault.kind, service)
        elif fault.kind in _BROKEN:
            self._wire(fault)
        elif fault.kind == "garbage":
            self._send(_Answer(HTTPStatus.OK, "text/html", b"<html>Bao tri</html>"))
        else:
            self._send(routes.wrong(service, self.path, body or b"", fault.kind))

    def _refuse(self, kind: str, service: str) -> None:
        self.send_response(_STATUSES[kind])
        self.send_header("Content-Length", "0")
        if kind == "too_many":
            self.send_header("Retry-After", "600")
        if kind == "redirect":
            self.send_header("Location", f"/pki/{service}")
        self.end_headers()

    def _right(self, routes: Any, service: str, body: bytes | None) -> None:
        if service == SECOND_TSA:
            self._send(routes.wrong(service, self.path, body or b"", ""))
        else:
            super()._answer(body)

    def _wire(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.kind == "drip_head":
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600:
                self._drop(bytes([byte]))
        elif fault.kind == "drip_body":
            self._head(600)
            for _ in range(600):
                self._drop(b"\x30")
        elif fault.kind == "truncated":
            self._head(1000)
            self.wfile.write(b"\x30\x82")
        elif fault.kind == "endless":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                for _ in range(2000):
                    self.wfile.write(bytes(65536))

    def _drop(self, byte: bytes) -> None:
        with suppress(OSError):
            self.wfile.write(byte)
            self.wfile.flush()
        time.sleep(0.1)

    def _head(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.flush()


def main(folder: Path, port: int) -> None:
    """Serve until killed."""
    _Server(port, _Wrong(folder), FaultyHandler).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
