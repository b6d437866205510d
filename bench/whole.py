"""Steps 4 to 9 of the main job, through IssueCopy as the service builds it.

SQLite and the encrypted folder on disk, the development PKI over loopback HTTP, the
strangers' check in its child process. Intake, desk and steps 1 to 3 run before the
clock starts.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.desk_work import Paper, certify_one
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.wiring import build_services
from bench.inputs import Input
from bench.measure import Cost, cpu_seconds
from certify.people import Requester

_FIRST_STEP = 4
_TICKS = os.sysconf("SC_CLK_TCK")
_PPID, _UTIME, _STIME, _CUTIME, _CSTIME = 1, 11, 12, 13, 14  # after the name, proc(5)


class Whole:
    """One copy, from composing it to the row in the book."""

    name = "ours, steps 4-9"
    job = "compose, intend, sign, check as a stranger, archive, register"

    def __init__(self, services: Services, given: Input) -> None:
        self._services = services
        self._paper = Paper(
            scan=given.scan.path, title="Giấy tờ để đo", accept="bản chụp để đo"
        )

    def once(self) -> Cost:
        case = self._services.desk.open_case(
            self._services.officer_id, Requester(name="Người Đo Thử")
        )
        start: list[Cost] = []

        def mark(step: int, _text: str) -> None:
            if step == _FIRST_STEP:
                start.append(_now())

        certify_one(
            self._services,
            case.id,
            self._paper,
            show_findings=lambda _: None,
            progress=mark,
        )
        end, begun = _now(), start[-1]
        return Cost(end.cpu - begun.cpu, end.wall - begun.wall)


@contextmanager
def open_service(folder: Path) -> Iterator[Services]:
    """A development service with data of its own."""
    settings = Settings(data=folder)
    initialise(settings)
    services = build_services(settings)
    try:
        yield services
    finally:
        services.close()


def _now() -> Cost:
    return Cost(cpu_seconds() + _descendants(os.getpid()), time.perf_counter())


def _descendants(ancestor: int) -> float:
    """CPU seconds of the living children, theirs, and what those waited for."""
    parents: dict[int, list[tuple[int, float]]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        ticks = sum(int(fields[i]) for i in (_UTIME, _STIME, _CUTIME, _CSTIME))
        child = int(entry.parent.name), ticks / _TICKS
        parents.setdefault(int(fields[_PPID]), []).append(child)
    total, waiting = 0.0, [ancestor]
    while waiting:
        for pid, seconds in parents.get(waiting.pop(), ()):
            total += seconds
            waiting.append(pid)
    return total
