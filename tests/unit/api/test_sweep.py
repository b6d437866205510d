import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from api.cli.serve import _tend
from api.sweep import Sweep
from certify.errors import ServiceUnavailable
from certify.reconcile import Reconciliation
from certify.renew_due import Tries


class Rounds:
    """Counts the sweeps; the first ones fail as given."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.done = threading.Semaphore(0)

    def __call__(self, *, due: bool) -> Reconciliation:
        assert due  # not those whose next try is planned for later
        self.done.release()
        if self._failures:
            raise self._failures.pop(0)
        return Reconciliation(released=["a"])


@pytest.fixture
def swept() -> Callable[..., Rounds]:
    def run(*failures: Exception, rounds: int, pause_seconds: float) -> Rounds:
        reconcile = Rounds(*failures)
        sweep = Sweep(reconcile=reconcile, pause_seconds=pause_seconds)
        sweep.start()
        for _ in range(rounds):
            assert reconcile.done.acquire(timeout=10)
        sweep.stop()
        return reconcile

    return run


def test_first_sweep_is_at_once(swept: Callable[..., Rounds]) -> None:
    swept(rounds=1, pause_seconds=3600)


def test_failures_do_not_end_the_worker(swept: Callable[..., Rounds]) -> None:
    outage = ServiceUnavailable(service="Cơ sở dữ liệu")
    swept(outage, RuntimeError("fault of ours"), rounds=3, pause_seconds=0.01)


def test_stopping_does_not_wait_for_the_pause() -> None:
    reconcile = Rounds()
    sweep = Sweep(reconcile=reconcile, pause_seconds=3600)
    sweep.start()
    assert reconcile.done.acquire(timeout=10)
    sweep.stop(timeout_seconds=10)
    assert not any(thread.name == "sweep" for thread in threading.enumerate())


def test_what_the_server_sweeps_takes_what_the_sweep_gives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """`serve` wraps the two; a wrong argument would only ever show in the log."""
    office: Any = Office()
    with caplog.at_level(logging.INFO, logger="certify.sweep"):
        Sweep(reconcile=partial(_tend, office), pause_seconds=60)._once()
    assert office.refreshed
    assert "released 1" in caplog.text
    assert "failed" not in caplog.text


def test_renewal_goes_on_when_what_waits_cannot_be_finished(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reconcile = Rounds(ServiceUnavailable(service="Cơ sở dữ liệu"))
    tries = Tries(renewed=["a"])
    with caplog.at_level(logging.INFO, logger="certify.sweep"):
        Sweep(reconcile=reconcile, pause_seconds=60, renew=lambda: tries)._once()
    assert "renewal: renewed 1, failed 0, waiting 0" in caplog.text


class Office:
    """The part of `Services` that the sweep of the server uses."""

    def __init__(self) -> None:
        self.reconcile = Rounds()
        self.bundle = self
        self.refreshed = False

    def refresh_lists(self) -> None:
        self.refreshed = True
