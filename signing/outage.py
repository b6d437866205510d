"""A short memory of services that did not answer.

A queue of waiting attestations must not wait for one long timeout each: what took
long to find out is not asked again at once. An outage is remembered as long as it took
to notice, at most ten seconds; a refused connection costs nothing and is tried again
at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from certify.errors import ServiceUnavailable

LONGEST_SECONDS = 10.0


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
        self._away_until: dict[str, float] = {}
        self._lock = Lock()

    @contextmanager
    def watching(self, address: str, service: str) -> Iterator[None]:
        """Guard one call; ServiceUnavailable raised in it is remembered.

        Raises:
            ServiceUnavailable: the address was away a moment ago; nothing was asked.
        """
        with self._lock:
            if self._away_until.get(address, 0.0) > self._monotonic():
                raise ServiceUnavailable(service=service)
        asked = self._monotonic()
        try:
            yield
        except ServiceUnavailable:
            noticed = self._monotonic()
            with self._lock:
                self._away_until[address] = noticed + min(
                    noticed - asked, self._longest_seconds
                )
            raise
