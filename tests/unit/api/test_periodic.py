import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.periodic import Duty, Timetable, duties, in_numbers, run_round
from api.settings import Settings
from certify.errors import ServiceUnavailable
from certify.overdue import AlarmRound
from certify.purge import PurgeRound
from certify.reconcile import Reconciliation
from certify.renew_due import Tries
from tests.support.clock import FakeClock

HOUR, SOON = timedelta(hours=1), timedelta(milliseconds=10)


class Noted:
    """Remembers rounds as a database would, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.rounds: list[tuple[str, str]] = []
        self._away = away

    def record(self, duty: str, outcome: str, at: datetime) -> None:
        assert at.tzinfo is not None
        if self._away:
            raise ServiceUnavailable(service="Cơ sở dữ liệu")
        self.rounds.append((duty, outcome))


class Counted:
    """A duty's round, counted; the first ones fail as given."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.done = threading.Semaphore(0)

    def __call__(self) -> object:
        self.done.release()
        if self._failures:
            raise self._failures.pop(0)
        return Reconciliation(released=["a"])


@pytest.fixture
def timetable() -> Any:
    started: list[Timetable] = []

    def start(*made: Duty, rounds: Any = None) -> Timetable:
        table = Timetable(made, rounds=rounds or Noted(), clock=FakeClock())
        started.append(table)
        table.start()
        return table

    yield start
    for table in started:
        table.stop()


def test_a_duty_that_fails_or_hangs_keeps_no_other_from_running(
    timetable: Callable[..., Timetable],
) -> None:
    failing = Counted(ServiceUnavailable(service="x"), RuntimeError("fault of ours"))
    hanging, enough = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        enough.wait(20)

    noted = Noted()
    timetable(Duty("a", HOUR, hang), Duty("b", SOON, failing), rounds=noted)
    assert hanging.wait(10)
    for _ in range(3):
        assert failing.done.acquire(timeout=10)
    enough.set()
    assert noted.rounds[:2] == [("b", "service.unavailable"), ("b", "fault")]


def test_stopping_does_not_wait_for_the_pause(
    timetable: Callable[..., Timetable],
) -> None:
    rounds = Counted()
    table = timetable(Duty("once", HOUR, rounds))
    assert rounds.done.acquire(timeout=10)
    table.stop(timeout_seconds=10)
    assert not any(thread.name == "once" for thread in threading.enumerate())


def test_only_codes_and_numbers_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("Lò Thị Mai")

    with caplog.at_level(logging.INFO, logger="certify.periodic"):
        for name, work in (("one", fail), ("two", Counted())):
            run_round(
                Duty(name, HOUR, work), rounds=Noted(away=True), clock=FakeClock()
            )
    assert caplog.messages == [
        "one failed: ValueError",
        "one not recorded: ServiceUnavailable",
        "two: released 1",
        "two not recorded: ServiceUnavailable",
    ]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (None, ""),
        (0, ""),
        (3, "3"),
        ("Lò Thị Mai", ""),
        (["Lò Thị Mai"], ""),
        (Tries(renewed=["a", "b"]), "renewed 2"),
        (AlarmRound(raised=1, late=4), "raised 1, late 4"),
        (Reconciliation(), ""),
    ],
)
def test_a_result_is_told_by_its_numbers(result: object, told: str) -> None:
    assert in_numbers(result) == told


class Office:
    """The part of `Services` that the table uses."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.condition = self.bundle = self.renew_due = self.reconcile = self

    def recover(self) -> list[str]:
        self.called.append("numbering")
        return []

    def __call__(self, *, due: bool, stopping: Callable[[], bool]) -> None:
        assert due, "not those whose next try is planned for later"
        assert not stopping()
        self.called.append("reconcile")

    def refresh(self) -> int:
        self.called.append("revocation")
        return 0

    def refresh_lists(self) -> None:
        self.called.append("lists")

    def batch(self, limit: int) -> None:
        self.called.append(f"renewal of {limit}")

    def raise_alarms(self) -> None:
        self.called.append("deadlines")

    def publish_checkpoint(self) -> None:
        self.called.append("checkpoint")

    def purge_scans(self) -> PurgeRound:
        self.called.append("purge")
        again = self.called.count("purge") < 3
        return PurgeRound(("a",), 2, settled=0, layouts=0, strays=0, more=again)


def test_the_table_calls_what_the_service_has() -> None:
    """A wrong argument would only ever show in the log."""
    office: Any = Office()
    table = duties(office, Settings(data=Path("nowhere"), sweep_seconds=7))
    for duty in table:
        duty.round()
    assert office.called == [
        "revocation",
        "numbering",
        "reconcile",
        "lists",
        "renewal of 5",
        "deadlines",
        "checkpoint",
        *["purge"] * 3,  # until nothing is due: a round has an end, a province may not
    ]
    assert len({duty.name for duty in table}) == len(table)
    assert [duty.name for duty in table if duty.here] == ["revocation", "numbering"]
    assert table[2].every == timedelta(seconds=7)
