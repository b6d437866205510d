"""Issuing in the background: each once, not too many, one failure stops no other."""

import threading
import time
from collections.abc import Callable

from api.issue_soon import IssueSoon
from certify.errors import LeaseHeld


class Job:
    """The main job, held until it may go on."""

    def __init__(self, fails: type[Exception] | None = None) -> None:
        self.may_end = threading.Event()
        self.began: list[str] = []
        self._fails = fails

    def __call__(self, attestation_id: str) -> None:
        self.began.append(attestation_id)
        assert self.may_end.wait(30)
        if self._fails:
            raise self._fails


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_each_runs_once_and_not_too_many_at_once() -> None:
    job = Job()
    soon = IssueSoon(job, at_once=2)
    assert [soon.begin(i) for i in ("a", "a", "b", "c")] == [True, False, True, False]
    assert soon.running() == {"a", "b"}
    job.may_end.set()
    eventually(lambda: not soon.running())
    assert sorted(job.began) == ["a", "b"]
    assert soon.begin("a"), "it may be begun again"
    eventually(lambda: not soon.running())


def test_a_failure_ends_one_run_only() -> None:
    for error in (LeaseHeld, ZeroDivisionError):
        job = Job(error)
        job.may_end.set()
        soon = IssueSoon(job)
        assert soon.begin("a")
        assert soon.begin("b")
        eventually(lambda soon=soon: not soon.running())
