"""Keeps what was fetched and verified, until it is stale; fetches it again ahead.

Knows nothing of what it keeps: `signing.revocation` decides how long.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from certify.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """Something fetched: good until, and better fetched again from (aware)."""

    value: T
    until: datetime
    renew_from: datetime


class StaleError(Exception):
    """What is held is too old, and nothing newer could be had."""


class KeptAnswers(Generic[T]):
    """Answers by key. Thread-safe; `fetch` is called without the lock."""

    def __init__(self, clock: Clock, away: type[Exception]) -> None:
        """Hold nothing; `away` is what `fetch` raises when nobody answers."""
        self._clock = clock
        self._away = away
        self._lock = Lock()
        self._held: dict[Hashable, Kept[T]] = {}
        self._fetch: dict[Hashable, Callable[[], Kept[T]]] = {}

    def get(self, key: Hashable, fetch: Callable[[], Kept[T]]) -> T:
        """Return what is held for a key while it is good, or fetch it.

        Raises:
            StaleError: an old one is held and nobody answers.
            Exception: what `fetch` raises; then nothing new is held.
        """
        with self._lock:
            held = self._held.get(key)
        if held is not None and self._clock.now() < held.until:
            return held.value
        try:
            return self._renew(key, fetch)
        except self._away as error:
            if held is not None:
                raise StaleError from error
            raise

    def drop(self, key: Hashable) -> None:
        """Hold nothing for a key any longer."""
        with self._lock:
            self._held.pop(key, None)
            self._fetch.pop(key, None)

    def refresh(self, refused: type[Exception]) -> int:
        """Fetch again what is due; return how many could not be had.

        What nobody answers about stays until it is stale; what is answered with
        `refused` is dropped, so that the next one who asks hears it too.
        """
        now, missing = self._clock.now(), 0
        with self._lock:
            due = [
                (key, self._fetch[key])
                for key, held in self._held.items()
                if held.renew_from <= now
            ]
        for key, fetch in due:
            try:
                self._renew(key, fetch)
            except self._away:
                missing += 1
            except refused:
                self.drop(key)
        return missing

    def _renew(self, key: Hashable, fetch: Callable[[], Kept[T]]) -> T:
        fresh = fetch()
        with self._lock:
            self._held[key], self._fetch[key] = fresh, fetch
        return fresh.value
