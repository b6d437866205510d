"""After a job nothing of it may run."""

import time
from pathlib import Path

from certify.isolation.runner import IsolatedRunner
from tests.fuzz.target import Broken

PATIENCE_SECONDS = 5.0


def demand_alone(runner: IsolatedRunner) -> None:
    """Raise Broken when the zygote keeps a child."""
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
