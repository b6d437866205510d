"""Watches the main job: a time and a log line for each step, a count for each run."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType

from api.observe.errors import code_of, is_fault
from api.observe.logs import event
from api.observe.meter import Meter
from certify.issue import Progress

STEPS = MappingProxyType(
    {
        1: "authorise",
        2: "scan",
        3: "reserve",
        4: "compose",
        5: "intend",
        6: "sign",
        7: "self_check",
        8: "archive",
        9: "release",
    }
)
"""The steps of `certify/issue.py`, as metrics and log lines call them."""

_log = logging.getLogger("certify.issue")


class IssueWatch:
    """Fills `certify.issue.Watch`."""

    def __init__(
        self, *, meter: Meter, seconds: Callable[[], float] = time.perf_counter
    ) -> None:
        """Tell this meter; `seconds` is a clock that never steps back."""
        self._meter = meter
        self._seconds = seconds

    @contextmanager
    def __call__(self, attestation_id: str, progress: Progress) -> Iterator[Progress]:
        """Note how each step of a run went; what is raised passes on."""
        run = _Run(attestation_id, self._meter, self._seconds)

        def noted(step: int, text: str) -> None:
            run.begins(step)
            progress(step, text)

        try:
            yield noted
        except Exception as error:
            code = code_of(error)
            run.ends(code)
            self._meter.issue_failed(code)
            if is_fault(error):
                self._meter.fault()
            raise
        run.ends("ok")
        self._meter.issued()


class _Run:
    """One call: which step it is at, since when, at which attempt."""

    def __init__(
        self, attestation_id: str, meter: Meter, seconds: Callable[[], float]
    ) -> None:
        self._attestation_id = attestation_id
        self._meter = meter
        self._seconds = seconds
        self._step = 0
        self._since = 0.0
        self._attempt = 1

    def begins(self, step: int) -> None:
        """End the step before; a lower number begins the next attempt."""
        again = 0 < step <= self._step
        self.ends("attempt.discarded" if again else "ok")
        self._attempt += again
        self._step, self._since = step, self._seconds()

    def ends(self, outcome: str) -> None:
        """Measure and log the step at hand, if there is one."""
        if not self._step:
            return
        name = STEPS.get(self._step, "other")
        seconds = self._seconds() - self._since
        self._meter.step(name, outcome, seconds)
        event(
            _log,
            logging.INFO if outcome == "ok" else logging.WARNING,
            "issue.step",
            attestation=self._attestation_id,
            step=self._step,
            name=name,
            ms=round(seconds * 1000, 1),
            outcome=outcome,
            attempt=self._attempt,
        )
