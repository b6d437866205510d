"""What a forked child must not share with its parent: connections and held locks."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One object for each process, made when it is first asked for there.

    A lock that another thread held at the fork is never released in the child, and two
    processes that write into one TLS connection destroy it. Thread-safe.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        """Make nothing yet."""
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return this process's object."""
        pid = os.getpid()
        made = self._made.get(pid)
        # Threads that come together get the same one: `setdefault` is atomic.
        return self._made.setdefault(pid, self._make()) if made is None else made
