"""A memory of services that did not answer, and how long to leave them alone.

A queue of waiting attestations must not wait for one long timeout each: what took
long to find out is not asked again at once. The first outage is remembered as long as
it took to notice, at most ten seconds, and each further one in a row twice as long, at
most five minutes. What is noticed within a second, a refused connection above all,
costs nothing and is tried again at once, however often. A service that names a time
itself (Retry-After) is left alone until then.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from certify.errors import ServiceUnavailable

LONGEST_SECONDS = 10.0
LONGEST_ROW_SECONDS = 300.0
_MOST_DOUBLINGS = 10
_QUICK_SECONDS = 1.0


@dataclass(frozen=True)
class _Outage:
    until: float
    in_a_row: int


class OutageMemory:
    """Which addresses of a service were away a moment ago. Thread-safe."""

    def __init__(
        self,
        *,
        longest_seconds: float = LONGEST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember nothing yet; `monotonic` does not step as a wall clock may."""
        self._longest_seconds = longest_seconds
        self._monotonic = monotonic
        self._outages: dict[str, _Outage] = {}
        self._lock = Lock()

    def seconds_left(self, address: str) -> float:
        """How long an address is still left alone; 0 when it may be asked."""
        with self._lock:
            outage = self._outages.get(address)
        return max(0.0, outage.until - self._monotonic()) if outage else 0.0

    def failures(self, address: str) -> int:
        """How often in a row it has failed; 0 once it answered."""
        with self._lock:
            outage = self._outages.get(address)
        return outage.in_a_row if outage else 0

    def answered(self, address: str) -> None:
        """Forget its outages."""
        with self._lock:
            self._outages.pop(address, None)

    def failed(self, address: str, took: float, at_least: float = 0.0) -> None:
        """Remember an outage that took so many seconds to notice."""
        with self._lock:
            before = self._outages.get(address)
            in_a_row = before.in_a_row + 1 if before else 1
            rest = min(took, self._longest_seconds)
            if took >= _QUICK_SECONDS:
                rest *= 2 ** min(in_a_row - 1, _MOST_DOUBLINGS)
            rest = max(min(rest, LONGEST_ROW_SECONDS), at_least)
            self._outages[address] = _Outage(self._monotonic() + rest, in_a_row)

    @contextmanager
    def watching(self, address: str, service: str) -> Iterator[None]:
        """Guard one call; ServiceUnavailable raised in it is remembered.

        Raises:
            ServiceUnavailable: the address was away a moment ago; nothing was asked.
        """
        if self.seconds_left(address):
            raise ServiceUnavailable(service=service)
        asked = self._monotonic()
        try:
            yield
        except ServiceUnavailable:
            self.failed(address, self._monotonic() - asked)
            raise
        else:
            self.answered(address)
