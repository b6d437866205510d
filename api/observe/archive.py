"""Measures the archive and changes nothing else.

An exception passes through as it came; the label it leaves is its code.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from api.observe.errors import code_of
from api.observe.meter import Meter
from certify.attestation import StoredObject
from certify.ports import Archive


class WatchedArchive:
    """Measures an archive."""

    def __init__(self, archive: Archive, *, meter: Meter) -> None:
        """Watch this one."""
        self._archive = archive
        self._meter = meter

    def put_once(
        self, key: str, path: Path, sha256: str, retain_until: datetime
    ) -> StoredObject:
        """See `certify.ports.Archive`."""
        with timed(partial(self._meter.archive, "put"), code_of):
            return self._archive.put_once(key, path, sha256, retain_until)

    def fetch(self, stored: StoredObject, target: Path) -> None:
        """See `certify.ports.Archive`."""
        with timed(partial(self._meter.archive, "fetch"), code_of):
            self._archive.fetch(stored, target)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """See `certify.ports.Archive`; only the archive's own time is counted."""
        spent, outcome = 0.0, "ok"
        objects = self._archive.list(prefix)
        try:
            while True:
                began = time.perf_counter()
                try:
                    stored = next(objects, None)
                except Exception as error:
                    outcome = code_of(error)
                    raise
                finally:
                    spent += time.perf_counter() - began
                if stored is None:
                    return
                yield stored
        finally:
            self._meter.archive("list", outcome, spent)


@contextmanager
def timed(
    note: Callable[[str, float], None], outcome_of: Callable[[Exception], str]
) -> Iterator[None]:
    """Note how long something took: with "ok", or what an exception means."""
    began = time.perf_counter()
    try:
        yield
    except Exception as error:
        note(outcome_of(error), time.perf_counter() - began)
        raise
    note("ok", time.perf_counter() - began)
