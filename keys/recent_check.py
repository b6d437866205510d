"""A check that is not made again for some seconds, whether it went well or not."""

import time
from collections.abc import Callable
from threading import Lock

from keys.after_fork import after_fork
from keys.base import KeyRefused, KeyUnreachable, RefusalReason


class RecentCheck:
    """Remembers the last result. Threads that come together wait for one check."""

    def __init__(self, key_id: str, *, seconds: float) -> None:
        """A result counts so many seconds."""
        self._key_id = key_id
        self._seconds = seconds
        self._until = 0.0
        self._refusal: RefusalReason | None = None
        self._away = False
        self._renew_lock()
        after_fork(self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = Lock()

    def run(self, check: Callable[[], None]) -> None:
        """Make the check, or say again what the last one found.

        Raises:
            KeyRefused, KeyUnreachable: from the check.
        """
        with self._lock:
            if time.monotonic() < self._until:
                self._say_again()
                return
            self._refusal, self._away = None, False
            try:
                check()
            except KeyRefused as error:
                self._refusal = error.reason
                raise
            except KeyUnreachable:
                self._away = True
                raise
            finally:
                self._until = time.monotonic() + self._seconds

    def _say_again(self) -> None:
        if self._refusal is not None:
            raise KeyRefused(self._refusal, key_id=self._key_id)
        if self._away:
            raise KeyUnreachable(key_id=self._key_id)
