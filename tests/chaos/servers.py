"""A real TSA, OCSP responder and CRL server in a process of its own that lies."""

import os
import signal
import time
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

from api.devpki import DevelopmentPkiServer
from certify.clock import SystemClock
from keys.devpki.responders import DevelopmentPki
from tests.chaos.faults import OF_SERVER, OF_STORE

FORK = get_context("fork")
KINDS = (
    "",
    "tsa_down",
    "tsa_garbage",
    "tsa_slow",
    "tsa_wrong_clock",
    "ocsp_down",
    "ocsp_garbage",
    *OF_SERVER,
    *OF_STORE,
    "kill_at_timestamp",
    "kill_at_commit",
    "kill_in_upload",
    "kill_at_upload",
)
SLOW_SECONDS = 0.7


class Misbehaviour:
    """What the servers do next: memory that all processes of a world share.

    Without locks: a process that is killed must not take one along.
    """

    def __init__(self) -> None:
        self._kind = RawValue("i", 0)
        self._victim = RawValue("i", 0)
        self._left = RawValue("i", 0)
        self._reached = RawValue("i", 0)
        self._ahead = RawValue("d", 0.0)

    @property
    def kind(self) -> str:
        return KINDS[self._kind.value]

    def set(self, kind: str) -> None:
        self._kind.value = KINDS.index(kind)

    def kill(self, kind: str, pid: int, occasion: int) -> None:
        """Kill this client at its n-th occasion of that kind."""
        self._left.value, self._victim.value = occasion, pid
        self.set(kind)

    def reach(self) -> None:
        """Note that the fault has struck."""
        self._reached.value = 1

    @property
    def reached(self) -> bool:
        return bool(self._reached.value)

    def reset(self) -> None:
        for value in (self._kind, self._victim, self._left, self._reached):
            value.value = 0

    def strikes_once(self, kind: str) -> bool:
        """Tell whether this is what goes wrong; afterwards all is well."""
        if self.kind != kind:
            return False
        self.set("")
        self.reach()
        return True

    def is_last(self, kind: str) -> bool:
        """Count an occasion; tell whether the client dies at this one."""
        if self.kind != kind:
            return False
        self._left.value -= 1
        return not self._left.value

    def kill_victim(self) -> None:
        victim = self._victim.value
        self.reset()
        self.reach()
        os.kill(victim, signal.SIGKILL)

    @property
    def ahead(self) -> float:
        """Seconds the world's clock is before the machine's."""
        return self._ahead.value

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._ahead.value = seconds


class WorldClock:
    """The machine's clock, as far ahead as the world is."""

    def __init__(self, misbehaviour: Misbehaviour) -> None:
        self._misbehaviour = misbehaviour

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self._misbehaviour.ahead)


class LyingPki:
    """The development PKI behind its real HTTP server, answering as told."""

    def __init__(self, pki: DevelopmentPki, misbehaviour: Misbehaviour) -> None:
        self._pki = pki
        self._misbehaviour = misbehaviour

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pki, name)

    def timestamp(self, request: bytes, now: datetime) -> bytes:
        if self._misbehaviour.is_last("kill_at_timestamp"):
            self._misbehaviour.kill_victim()
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
    process = FORK.Process(target=_serve, args=(pki, port, misbehaviour), daemon=True)
    process.start()
    return process


def _serve(pki: Path, port: int, misbehaviour: Misbehaviour) -> None:
    server = DevelopmentPkiServer(
        pki=LyingPki(DevelopmentPki(pki), misbehaviour),  # type: ignore[arg-type] # it behaves like one
        clock=WorldClock(misbehaviour),
        port=port,
    )
    server.start()
    stay_with_parent()


def stay_with_parent() -> None:
    """Return when the harness is gone, however it ended."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
