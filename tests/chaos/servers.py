"""A real TSA, OCSP responder and CRL server in a process of its own that lies."""

import os
import signal
import time
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from api.devpki import DevelopmentPkiServer
from certify.clock import SystemClock
from keys.devpki.responders import DevelopmentPki

_FORK = get_context("fork")
KINDS = (
    "",
    "tsa_down",
    "tsa_garbage",
    "tsa_slow",
    "tsa_wrong_clock",
    "ocsp_down",
    "ocsp_garbage",
)
SLOW_SECONDS = 0.7


class Misbehaviour:
    """Shared with the server's process: what it does next."""

    def __init__(self) -> None:
        self._kind = _FORK.Value("i", 0)
        self._victim = _FORK.Value("i", 0)
        self._left = _FORK.Value("i", 0)

    def set(self, kind: str) -> None:
        self._kind.value = KINDS.index(kind)

    @property
    def kind(self) -> str:
        return KINDS[self._kind.value]

    def kill(self, pid: int, occasion: int) -> None:
        """Kill this client at its n-th request for a timestamp."""
        self._left.value, self._victim.value = occasion, pid

    def reset(self) -> None:
        self._kind.value = self._victim.value = self._left.value = 0

    def asked_for_time(self) -> None:
        if not self._victim.value:
            return
        self._left.value -= 1
        if self._left.value == 0:
            os.kill(self._victim.value, signal.SIGKILL)


class LyingPki:
    """The development PKI behind its real HTTP server, answering as told."""

    def __init__(self, pki: DevelopmentPki, misbehaviour: Misbehaviour) -> None:
        self._pki = pki
        self._misbehaviour = misbehaviour

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pki, name)

    def timestamp(self, request: bytes, now: datetime) -> bytes:
        self._misbehaviour.asked_for_time()
        match self._misbehaviour.kind:
            case "tsa_down":
                raise SystemExit  # ends the connection without an answer
            case "tsa_garbage":
                return b"\x30\x03garbage"
            case "tsa_slow":
                time.sleep(SLOW_SECONDS)
            case "tsa_wrong_clock":
                now -= timedelta(hours=1)
            case _:
                pass
        return self._pki.timestamp(request, now)

    def ocsp(self, request: bytes, now: datetime) -> bytes:
        match self._misbehaviour.kind:
            case "ocsp_down":
                raise SystemExit
            case "ocsp_garbage":
                return b"\x30\x03garbage"
            case _:
                return self._pki.ocsp(request, now)


def start(pki: Path, port: int, misbehaviour: Misbehaviour) -> BaseProcess:
    """Serve in a child process until it is killed."""
    process = _FORK.Process(target=_serve, args=(pki, port, misbehaviour), daemon=True)
    process.start()
    return process


def _serve(pki: Path, port: int, misbehaviour: Misbehaviour) -> None:
    server = DevelopmentPkiServer(
        pki=LyingPki(DevelopmentPki(pki), misbehaviour),  # type: ignore[arg-type] # it behaves like one
        clock=SystemClock(),
        port=port,
    )
    server.start()
    signal.pause()
