"""A check that is not made again for a moment.

What is good counts for some seconds. What is not counts as long as it took to find
out: a queue does not wait for one time-out each, and what is noticed at once is asked
anew at once.
"""

import math
import time
from collections.abc import Callable
from threading import Lock

from keys.base import KeyBackendError, KeyRefused, KeyUnreachable, RefusalReason
from keys.per_process import PerProcess


class RecentCheck:
    """Remembers the last result. Threads that come together wait for one check."""

    def __init__(
        self,
        key_id: str,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """A good result counts so many seconds, none counts longer."""
        self._monotonic = monotonic
        self._key_id = key_id
        self._seconds = seconds
        self._until = -math.inf
        self._refusal: RefusalReason | None = None
        self._away = False
        self._lock = PerProcess(Lock)

    def run(self, check: Callable[[], None]) -> None:
        """Make the check, or say again what the last one found.

        Raises:
            KeyRefused, KeyUnreachable: from the check.
        """
        with self._lock.get():
            if self._monotonic() < self._until:
                self._say_again()
                return
            self._refusal, self._away, self._until = None, False, -math.inf
            began = self._monotonic()
            try:
                check()
            except KeyBackendError as error:
                self._refusal = error.reason if isinstance(error, KeyRefused) else None
                self._away = self._refusal is None
                now = self._monotonic()
                self._until = now + min(self._seconds, now - began)
                raise
            self._until = self._monotonic() + self._seconds

    def _say_again(self) -> None:
        if self._refusal is not None:
            raise KeyRefused(self._refusal, key_id=self._key_id)
        if self._away:
            raise KeyUnreachable(key_id=self._key_id)
