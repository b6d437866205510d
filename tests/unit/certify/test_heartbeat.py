"""A lease is renewed beside the work, as long as that lasts and no longer."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from certify.errors import LeaseLost, ServiceUnavailable
from certify.heartbeat import DEFAULT_LEASE, Heartbeat

QUICK = Heartbeat(timedelta(milliseconds=40))  # a beat every 10 ms


@dataclass
class Renewing:
    """Counts the beats; `answer` may raise what the register does."""

    answer: Callable[[], None] = lambda: None
    beats: int = 0

    def __call__(self) -> None:
        self.beats += 1
        self.answer()

    def await_beats(self, count: int) -> None:
        for _ in range(1000):
            if self.beats >= count:
                return
            time.sleep(0.01)
        pytest.fail(f"{self.beats} beats, not {count}")


def lost() -> None:
    raise LeaseLost


def away() -> None:
    raise ServiceUnavailable(service="Sổ chứng thực")


def test_it_beats_while_the_work_lasts_and_then_no_more() -> None:
    renew = Renewing()
    with QUICK.keeping(renew):
        renew.await_beats(3)
    after = renew.beats
    time.sleep(0.05)
    assert renew.beats == after
    assert not [t for t in threading.enumerate() if t.name == "heartbeat"]


def test_work_shorter_than_a_beat_waits_for_none() -> None:
    renew = Renewing()
    began = time.monotonic()
    with Heartbeat(DEFAULT_LEASE).keeping(renew):
        pass
    assert renew.beats == 0
    assert time.monotonic() - began < DEFAULT_LEASE.total_seconds() / 4


def test_what_the_work_raises_is_raised_and_ends_it() -> None:
    renew = Renewing()
    with pytest.raises(KeyError), QUICK.keeping(renew):
        raise KeyError
    assert not [t for t in threading.enumerate() if t.name == "heartbeat"]


def test_a_lost_lease_is_not_asked_for_again() -> None:
    renew = Renewing(answer=lost)
    with QUICK.keeping(renew):
        renew.await_beats(1)
        time.sleep(0.05)
    assert renew.beats == 1


def test_a_register_that_is_away_is_asked_again() -> None:
    renew = Renewing(answer=away)
    with QUICK.keeping(renew):
        renew.await_beats(3)


def test_what_hangs_for_ever_is_given_up() -> None:
    renew = Renewing()
    bounded = Heartbeat(timedelta(milliseconds=40), at_most=timedelta(milliseconds=30))
    with bounded.keeping(renew):
        renew.await_beats(3)
        time.sleep(0.05)
    assert renew.beats == 3
