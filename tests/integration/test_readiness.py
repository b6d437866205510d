"""A dependency that hangs, or is away, never keeps the answer back."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from anyio.to_thread import current_default_thread_limiter

from certify.errors import ServiceUnavailable
from tests.support.web import QUIET, WebSystem

PATIENT = replace(QUIET, ready_seconds=1)


class Hanging:
    """An archive whose store takes the question and never answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.let_go = threading.Event()

    def list(self, _prefix: str) -> Iterator[Any]:
        self.asked += 1
        self.let_go.wait(60)
        return iter(())


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    archive = Hanging()
    yield archive
    archive.let_go.set()


def test_one_that_hangs_is_away_in_time_and_is_asked_once(
    web_service: WebSystem, hanging: Hanging
) -> None:
    with web_service.client(settings=PATIENT, archive=hanging) as anybody:
        began = time.monotonic()
        seen = [anybody.get("/health/ready") for _ in range(4)]
        took = time.monotonic() - began
        hanging.let_go.set()
        deadline = time.monotonic() + 10
        while anybody.get("/health/ready").json()["archive"] != "ok":
            assert time.monotonic() < deadline
    assert took < 4 * PATIENT.ready_seconds + 3
    assert {answer.status_code for answer in seen} == {503}
    assert {answer.json()["archive"] for answer in seen} == {"away"}
    assert "ok" in {answer.json()["database"] for answer in seen}
    assert hanging.asked <= 3  # one for all four, and those after it answered


def test_a_process_whose_threads_are_all_taken_lives(web_service: WebSystem) -> None:
    """Forty people wait for a slow TSA; nobody should end the server for it."""
    with web_service.client() as anybody:
        assert anybody.portal is not None
        anybody.portal.call(_leave, 0)
        answers = []
        asks = threading.Thread(
            target=lambda: answers.append(anybody.get("/health/live")), daemon=True
        )
        asks.start()
        asks.join(5)
        answered = [answer.status_code for answer in answers]
        anybody.portal.call(_leave, 40)
        asks.join(5)
    assert answered == [200]


async def _leave(threads: int) -> None:
    """Leave so many to whoever comes."""
    limiter = current_default_thread_limiter()
    limiter.total_tokens = limiter.borrowed_tokens + threads


class Overview:
    """A database as its answers are changed."""

    def __init__(self, *, current: bool = True, writes: bool = True) -> None:
        self.current, self.writes = current, writes

    def can_write(self) -> bool:
        return self.writes

    def schema_is_current(self) -> bool:
        return self.current

    def server_time(self) -> None:
        return None


class Away(Overview):
    """A database that is away."""

    def schema_is_current(self) -> bool:
        raise ServiceUnavailable(service="Cơ sở dữ liệu")


@pytest.mark.parametrize(
    ("changes", "settings", "wanted", "status"),
    [
        ({"overview": Overview(current=False)}, {}, {"schema": "old"}, 503),
        ({"overview": Overview(writes=False)}, {}, {"database": "read-only"}, 503),
        ({"overview": Away()}, {}, {"database": "away", "schema": "away"}, 503),
        ({}, {"disk_free_bytes": 2**62}, {"disk": "low"}, 503),
        ({}, {"clock_drift_seconds": 0.0}, {"clock": "off"}, 200),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(
    web_service: WebSystem,
    changes: dict[str, Any],
    settings: dict[str, Any],
    wanted: dict[str, str],
    status: int,
) -> None:
    web_service.services.clocks.note_tsa(1.5)
    patient = replace(QUIET, ready_seconds=20, **settings)
    with web_service.client(settings=patient, **changes) as anybody:
        answer = anybody.get("/health/ready")
    wrong = {name: word for name, word in answer.json().items() if word != "ok"}
    assert wrong == wanted
    assert answer.status_code == status
