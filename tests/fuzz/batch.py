"""Runs many inputs in one forked process, and survives what they do to it.

Forking for every input would cost more than most inputs do. The worker has the limits
of the isolated child; when it dies, the parent knows which input it was about.
"""

import faulthandler
import gc
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from certify.isolation import linux
from certify.isolation.limits import MIB
from tests.fuzz.target import Broken, Case, Target

WALL_FACTOR = 6  # the machine is shared; CPU time decides, this is for sleepers
MEMORY_BYTES = 1024 * MIB


@dataclass(frozen=True)
class Result:
    """How one input went.

    Attributes:
        answer: the verdict; "" when there was none.
        failure: what must not happen; "" when nothing of it did.
        died: the worker ended: by what.
    """

    number: int
    family: str
    answer: str = ""
    failure: str = ""
    died: str = ""
    seconds: float = 0.0
    peak_mib: int = 0


def run_batch(
    target: Target, cases: Sequence[Callable[[], Case]], folder: Path
) -> Iterator[Result]:
    """Yield a result for every input up to the one at which the worker dies.

    The input a worker died of lies in `folder / "input"`.
    """
    read, write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _work(target, cases, folder, parent=parent, write=write)  # never returns
    os.close(write)
    watch = _Watch(pid, read, target.limit_seconds)
    try:
        yield from watch.results()
    finally:
        os.close(read)
        watch.end()


class _Watch:
    """The parent's side of one worker."""

    def __init__(self, pid: int, channel: int, limit_seconds: float) -> None:
        self._pid = pid
        self._channel = channel
        self._patience = limit_seconds * WALL_FACTOR
        self._begun: dict[str, Any] | None = None
        self._rest = b""
        self._running = True

    def results(self) -> Iterator[Result]:
        for line in self._lines():
            if "answer" not in line and "failure" not in line:
                self._begun = line
                continue
            self._begun = None
            yield Result(**line)
        end = self._reap()
        if self._begun is not None:
            yield Result(**self._begun, died=_name(end))
        elif end != 0:
            raise RuntimeError(f"the worker ended between inputs: {_name(end)}")

    def end(self) -> None:
        """Stop a worker nobody listens to any more."""
        if self._running:
            os.kill(self._pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> int:
        _, status = os.waitpid(self._pid, 0)
        self._running = False
        return os.waitstatus_to_exitcode(status)

    def _lines(self) -> Iterator[dict[str, Any]]:
        while True:
            ready, _, _ = select.select([self._channel], [], [], self._patience)
            if not ready:
                os.kill(self._pid, signal.SIGKILL)
                return
            part = os.read(self._channel, 65536)
            if not part:
                return
            *whole, self._rest = (self._rest + part).split(b"\n")
            yield from map(json.loads, whole)


def _name(end: int) -> str:
    if end >= 0:
        return "memory" if end == EXIT_MEMORY else f"exit {end}"
    return signal.Signals(-end).name


EXIT_MEMORY = 3


def _work(
    target: Target,
    cases: Sequence[Callable[[], Case]],
    folder: Path,
    *,
    parent: int,
    write: int,
) -> NoReturn:
    try:
        _confine(folder, parent)
        with os.fdopen(write, "wb", buffering=0) as channel:
            for make in cases:
                _one(target, make(), folder, lambda row: channel.write(_line(row)))
    except MemoryError:
        os._exit(EXIT_MEMORY)
    except BaseException:  # noqa: BLE001 - the child must not go on as a parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _one(
    target: Target, case: Case, folder: Path, say: Callable[[dict[str, Any]], Any]
) -> None:
    path = folder / "input"
    path.write_bytes(case.data)
    named = {"number": case.number, "family": case.family}
    say(named)
    _allow(target.limit_seconds)
    workdir = folder / "work"
    workdir.mkdir(exist_ok=True)
    start = time.process_time()
    answer = failure = ""
    try:
        answer = target.judge(case, path, workdir)
    except MemoryError:
        raise
    except Broken as broken:
        failure = str(broken)
    except Exception:  # noqa: BLE001 - every other exception is a finding
        failure = "".join(traceback.format_exc(limit=-4))
    seconds = time.process_time() - start
    for left in workdir.iterdir():
        left.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if seconds > target.limit_seconds:
        failure = f"took {seconds:.1f} s of CPU"
    measured = {"seconds": round(seconds, 4), "peak_mib": peak}
    say({**named, "answer": answer, "failure": failure, **measured})


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode() + b"\n"


def _allow(seconds: float) -> None:
    """Let the next input use that much CPU time; SIGXCPU ends the worker."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _confine(folder: Path, parent: int) -> None:
    linux.die_with_parent(parent)
    space = linux.address_space_bytes() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    said = (folder / "stderr").open("ab", buffering=0)
    os.dup2(said.fileno(), 1)
    os.dup2(said.fileno(), 2)
    faulthandler.enable(said.fileno())
    gc.freeze()
    gc.set_threshold(20_000)
