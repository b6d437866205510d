import threading
from collections.abc import Callable

import pytest

from api.sweep import Sweep
from certify.errors import ServiceUnavailable
from certify.reconcile import Reconciliation


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
