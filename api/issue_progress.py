"""How far a running issuance is, for the page that waits for it.

In this process only, and only a courtesy: the register knows the truth.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

STEPS = 9
REMEMBERED = 1000


@dataclass(frozen=True)
class Progress:
    """The step a run is at (1…9, 0 before it starts) and its Vietnamese name."""

    step: int
    text: str


class IssueProgress:
    """The newest step of each attestation being issued."""

    def __init__(self) -> None:
        """Start empty."""
        self._newest: OrderedDict[str, Progress] = OrderedDict()
        self._lock = threading.Lock()

    def reporter(self, attestation_id: str) -> Callable[[int, str], None]:
        """Return the callback for one run."""

        def report(step: int, text: str) -> None:
            with self._lock:
                self._newest[attestation_id] = Progress(step, text)
                self._newest.move_to_end(attestation_id)
                if len(self._newest) > REMEMBERED:
                    self._newest.popitem(last=False)

        return report

    def newest(self, attestation_id: str) -> Progress:
        """Return how far the run is."""
        with self._lock:
            return self._newest.get(attestation_id, Progress(0, "Đang chuẩn bị"))
