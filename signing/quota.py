"""How often a service may be asked: so many requests in any window of time.

Counted in this process only: after a restart the service itself says so (HTTP 429),
and is then left alone as long as it asks.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock


class Quota:
    """A sliding window over the requests of this process. Thread-safe."""

    def __init__(
        self,
        limit: int | None,
        window_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Allow `limit` requests in every window; None allows any number."""
        self._limit = limit
        self._window = window_seconds
        self._monotonic = monotonic
        self._taken: deque[float] = deque()
        self._lock = Lock()

    def take(self) -> bool:
        """Count one request; False, and nothing counted, when none is left."""
        with self._lock:
            self._forget()
            if self._limit is not None and len(self._taken) >= self._limit:
                return False
            if self._limit is not None:
                self._taken.append(self._monotonic())
            return True

    def left(self, most: int) -> int:
        """How many requests are left, `most` at most."""
        if self._limit is None:
            return most
        with self._lock:
            self._forget()
            return min(most, max(0, self._limit - len(self._taken)))

    def seconds_until(self, wanted: int) -> float:
        """Seconds until so many requests are left; 0 when they are."""
        if self._limit is None:
            return 0.0
        with self._lock:
            self._forget()
            missing = min(wanted, self._limit) - (self._limit - len(self._taken))
            if missing <= 0:
                return 0.0
            return self._taken[missing - 1] + self._window - self._monotonic()

    def _forget(self) -> None:
        oldest = self._monotonic() - self._window
        while self._taken and self._taken[0] <= oldest:
            self._taken.popleft()
