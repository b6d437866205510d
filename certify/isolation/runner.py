"""The caller's side: order a job, wait, judge the answer."""

import json
import logging
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count
from types import TracebackType
from typing import Any, Self

from certify.errors import ReaderUnavailable, SystemBusy
from certify.isolation.limits import (
    REPLY_BYTES,
    FailureKind,
    IsolatedFailure,
    Limits,
)
from certify.isolation.sandbox import EXIT_EXCEPTION, EXIT_MEMORY, EXIT_NOT_STARTED
from certify.isolation.turns import Turns
from certify.isolation.zygote_process import ZygoteProcess

LOG = logging.getLogger(__name__)
SIGXCPU = 24
START_SECONDS = 60.0  # a cold disk and a busy machine; usually one second
STARTS = 2  # tries before the caller is told to come back
GRACE_SECONDS = 10.0  # beyond the wall limit, which the zygote enforces


class IsolatedRunner:
    """Runs allow-listed tasks, each in a fresh child process. Thread-safe.

    The zygote starts at the first job or `warm_up`, is replaced when it died, and a
    process that was forked from this one starts its own.
    """

    def __init__(
        self,
        *,
        tasks: Sequence[str],
        preload: Sequence[str] = (),
        limits: Limits | None = None,
        start_seconds: float = START_SECONDS,
        turns: Turns | None = None,
    ) -> None:
        """Take the tasks that may be run ("module:function") and what to preload."""
        self._tasks = frozenset(tasks)
        self._preload = tuple(preload)
        self._limits = limits or Limits()
        self._start_seconds = start_seconds
        self._turns = turns or Turns()
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._zygote: ZygoteProcess | None = None

    def run(
        self, task: str, arguments: Mapping[str, Any], *, limits: Limits | None = None
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Run `task` with JSON `arguments` in a fresh child; return its JSON answer.

        Errors a task expects are part of its answer.

        Raises:
            IsolatedFailure: crash, limit or unusable answer. The child is gone.
            ReaderUnavailable: the zygote does not start or stay; try again later.
            SystemBusy: too many jobs run, or no process is left; nothing was done.
            RuntimeError: the task is not on the list, or cannot be imported.
        """
        if task not in self._tasks:
            raise RuntimeError(f"{task} is not an allowed task")
        order = json.dumps({"task": task, "arguments": dict(arguments)}).encode()
        used = limits or self._limits
        with (
            self._turns.turn(),
            _channel() as (job, their_job),
            _channel() as (status, their_status),
        ):
            number = self._start_job(used, their_job, their_status)
            their_job.close()
            their_status.close()
            wait = _Conversation(job, status, time.monotonic() + used.wall_seconds)
            try:
                wait.say(order)
                wait.listen()
            except _TooMuch:
                self._kill(number)
                wait.await_death()
                raise IsolatedFailure(FailureKind.PROTOCOL, "reply too long") from None
            return _judge(wait.death, wait.reply)

    def warm_up(self) -> None:
        """Start the zygote without waiting for it, so that the first job need not.

        A start that fails is tried again by the first job.
        """
        with self._lock, suppress(OSError):
            self._spawned_zygote()

    def close(self) -> None:
        """End the zygote and every child. Jobs still running fail."""
        with self._lock:
            self._drop_zygote()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def zygote_pid(self) -> int | None:
        """For monitoring; None before the first job."""
        return self._zygote.pid if self._zygote else None

    def _start_job(
        self, limits: Limits, job: socket.socket, status: socket.socket
    ) -> int:
        number = next(self._numbers)
        order = {"op": "run", "job": number, "limits": asdict(limits)}
        with self._lock:
            for _ in range(STARTS):
                try:
                    zygote = self._spawned_zygote()
                    zygote.await_ready(self._start_seconds)
                    zygote.order(order, [job.fileno(), status.fileno()])
                except (OSError, ValueError) as error:  # slow, or died a moment ago
                    LOG.warning("the zygote does not start: %s", type(error).__name__)
                    self._drop_zygote()
                else:
                    return number
        raise ReaderUnavailable

    def _spawned_zygote(self) -> ZygoteProcess:
        if self._zygote is not None and not self._zygote.usable():
            self._drop_zygote()
        if self._zygote is None:
            self._zygote = ZygoteProcess(self._preload)
        return self._zygote

    def _drop_zygote(self) -> None:
        if self._zygote is not None:
            self._zygote.stop()
            self._zygote = None

    def _kill(self, number: int) -> None:
        with self._lock:
            if self._zygote is not None and self._zygote.usable():
                self._zygote.order({"op": "kill", "job": number})


class _TooMuch(Exception):
    """The child keeps talking."""


class _Conversation:
    """One job's two channels: to the child (untrusted), from the zygote (trusted)."""

    def __init__(
        self, job: socket.socket, status: socket.socket, deadline: float
    ) -> None:
        self._job = job
        self._status = status
        self._deadline = deadline + GRACE_SECONDS
        self.reply = b""
        self.death = b""

    def say(self, order: bytes) -> None:
        self._job.settimeout(GRACE_SECONDS)
        try:
            self._job.sendall(order)
            self._job.shutdown(socket.SHUT_WR)
        except OSError:
            return  # it died before listening; its death says why

    def listen(self) -> None:
        """Collect the reply until the child is dead and its channel is empty."""
        open_channels = [self._job, self._status]
        while open_channels:
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select(open_channels, [], [], max(0.0, left))
            if not ready:
                return  # the zygote itself hangs: no death certificate
            for channel in ready:
                part = _receive(channel)
                if channel is self._status:
                    self.death += part
                else:
                    self.reply += part
                if len(self.reply) > REPLY_BYTES:
                    raise _TooMuch
                if not part:
                    open_channels.remove(channel)

    def await_death(self) -> None:
        self._job.close()
        self._status.settimeout(GRACE_SECONDS)
        _receive(self._status)


def _receive(channel: socket.socket) -> bytes:
    try:
        return channel.recv(65536)
    except OSError:
        return b""


@contextmanager
def _channel() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def _judge(death: bytes, reply: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Turn how the child ended and what it said into its answer, or raise.

    Raises:
        IsolatedFailure, SystemBusy, ReaderUnavailable: see `IsolatedRunner.run`.
    """
    if not death:  # the zygote died or hangs; that says nothing about the file
        LOG.warning("the zygote gave no death certificate")
        raise ReaderUnavailable
    end = json.loads(death)
    if end["exit"] == EXIT_NOT_STARTED:
        raise SystemBusy
    if end["overdue"] or end["exit"] == -SIGXCPU:
        raise IsolatedFailure(FailureKind.TIMEOUT)
    if end["exit"] == EXIT_MEMORY:
        raise IsolatedFailure(FailureKind.MEMORY)
    if end["exit"] not in (0, EXIT_EXCEPTION):
        raise IsolatedFailure(FailureKind.CRASHED, f"exit {end['exit']}")
    try:
        answer = json.loads(reply)
        if end["exit"] == EXIT_EXCEPTION:
            raise IsolatedFailure(FailureKind.CRASHED, str(answer["error"])[:200])
        return answer["ok"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IsolatedFailure(FailureKind.PROTOCOL, type(error).__name__) from error
