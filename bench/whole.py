"""Steps 4 to 9 of the main job, through IssueCopy as the service builds it.

SQLite and the encrypted folder on disk, the development PKI over loopback HTTP, the
strangers' check in its child process. Intake, desk and steps 1 to 3 run before the
clock starts.
"""

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
from bench.measure import Cost, cpu_with_descendants
from certify.people import Requester

_FIRST_STEP = 4


class Whole:
    """One copy, from composing it to the row in the book."""

    name = "ours, steps 4-9"
    job = "compose, intend, sign, check as a stranger, archive, register"

    def __init__(self, services: Services, given: Input) -> None:
        self._services = services
        self._paper = Paper(
            scans=(given.scan.path,),
            title="Giấy tờ để đo",
            accept="bản chụp để đo",
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
    return Cost(cpu_with_descendants(), time.perf_counter())
