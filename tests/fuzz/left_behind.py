"""After a job nothing of it may run; and what it cost."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certify.isolation.runner import IsolatedRunner
from tests.fuzz.target import Broken

PATIENCE_SECONDS = 5.0


@contextmanager
def at_most(seconds: float, runner: IsolatedRunner) -> Iterator[None]:
    """Raise Broken when the jobs done meanwhile used more CPU time, or left a child.

    CPU time, because the machine is shared; sleepers meet the runner's own limit.
    """
    pid = runner.zygote_pid
    before = _seconds_of_children(pid)
    try:
        yield
    finally:  # a refusal costs time too
        _demand_alone(runner)
        used = _seconds_of_children(pid) - before
        if pid == runner.zygote_pid and used > seconds:
            raise Broken(f"isolated, it took {used:.0f} s of CPU")


def _seconds_of_children(pid: int | None) -> float:
    """CPU time of reaped children: proc(5), stat, cutime and cstime."""
    if pid is None:
        return 0.0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _demand_alone(runner: IsolatedRunner) -> None:
    pid = runner.zygote_pid
    deadline = time.monotonic() + PATIENCE_SECONDS
    while pid is not None and (left := _children(pid)):
        if time.monotonic() > deadline:
            raise Broken(f"a child is left behind: {left}")
        time.sleep(0.01)


def _children(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().strip()
    except FileNotFoundError:
        return ""
