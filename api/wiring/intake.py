"""The reader of scans."""

from collections.abc import Iterator
from contextlib import contextmanager

from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner
from certify.ports import Intake


@contextmanager
def build_intake(*, at_once: bool = True) -> Iterator[Intake]:
    """Build the reader of scans; it needs no data folder.

    Args:
        at_once: start its process now, not with the first scan.
    """
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        if at_once:
            runner.warm_up()
        yield SandboxedIntake(runner=runner)
