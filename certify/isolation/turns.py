"""How many jobs run at once: a flood of files must not become a flood of processes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from certify.errors import SystemBusy

LEAST_JOBS = 2  # a long job must not hold up every short one
WAITING_PER_JOB = 4  # more callers than that would tie up the server's threads
PATIENCE_SECONDS = 30.0


class Turns:
    """Lets a few callers in, keeps a few waiting, sends the others away."""

    def __init__(
        self, *, jobs: int | None = None, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Take how many may run at once; None is one per core, at least two."""
        self._jobs = jobs or max(LEAST_JOBS, os.cpu_count() or 1)
        self._patience = patience_seconds
        self._running = 0
        self._waiting = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a place while a job runs.

        Raises:
            SystemBusy: too many wait already, or none of them finished in time.
        """
        self._enter()
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def _enter(self) -> None:
        deadline = time.monotonic() + self._patience
        with self._changed:
            if self._running >= self._jobs:
                if self._waiting >= self._jobs * WAITING_PER_JOB:
                    raise SystemBusy
                self._wait(deadline)
            self._running += 1

    def _wait(self, deadline: float) -> None:
        self._waiting += 1
        try:
            while self._running >= self._jobs:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    if self._running < self._jobs:
                        return  # a place came free at the last moment
                    raise SystemBusy
        finally:
            self._waiting -= 1
