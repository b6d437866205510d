"""Can this process serve? Each dependency is asked, and none may keep the answer back.

What only signing needs is shown and does not count: while a TSA is away people still
bring papers in, and still verify copies. Names only, no reasons: anybody may ask.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from api.observe.bounded import Question, answers
from api.services import Services
from api.web_settings import WebSettings

OK, AWAY, READ_ONLY = "ok", "away", "read-only"
NEEDED = ("database", "schema", "archive", "scans", "disk")
FOR_SIGNING = ("tsa", "revocation", "keys")
CLOCK = "clock"
_NOTHING = "0" * 32  # an id that nothing has


class Readiness:
    """Asks all dependencies at once."""

    def __init__(self, services: Services, settings: WebSettings) -> None:
        """Ask nothing yet."""
        self._services = services
        self._settings = settings
        self._questions = {
            "database": Question("database", self._database),
            "archive": Question("archive", self._archive),
            "scans": Question("scans", self._scans),
            "disk": Question("disk", self._disk),
            "signing": Question("signing", self._signing),
            CLOCK: Question(CLOCK, self._clock),
        }

    def look(self) -> dict[str, str]:
        """Return a word for each dependency (docs/operate/monitoring.md)."""
        known = dict.fromkeys((*NEEDED, *FOR_SIGNING, CLOCK), AWAY)
        seconds = self._settings.ready_seconds
        for words in answers(self._questions, seconds=seconds).values():
            known |= words or {}
        return known

    def _database(self) -> Mapping[str, str]:
        overview = self._services.overview
        current, writes = overview.schema_is_current(), overview.can_write()
        return {
            "database": OK if writes else READ_ONLY,
            "schema": OK if current else "old",
        }

    def _archive(self) -> Mapping[str, str]:
        next(iter(self._services.archive.list(f"{_NOTHING}/")), None)
        return {"archive": OK}

    def _scans(self) -> Mapping[str, str]:
        self._services.scans.exists(_NOTHING)
        return {"scans": OK}

    def _disk(self) -> Mapping[str, str]:
        least = min(free_bytes(self._services.places).values())
        return {"disk": "low" if least < self._settings.disk_free_bytes else OK}

    def _signing(self) -> Mapping[str, str]:
        condition = self._services.condition.look()
        return {kind: AWAY if condition.away(kind) else OK for kind in FOR_SIGNING}

    def _clock(self) -> Mapping[str, str]:
        ahead = self._services.clocks.ahead(self._services.overview)
        most = max(map(abs, ahead.values()), default=0.0)
        return {CLOCK: "off" if most > self._settings.clock_drift_seconds else OK}


def is_ready(known: Mapping[str, str]) -> bool:
    """Tell whether everything that counts is well."""
    return all(known[name] == OK for name in NEEDED)


def free_bytes(places: Mapping[str, Path]) -> dict[str, int]:
    """Return what a process of ours may still write at each place that exists.

    Raises:
        OSError: the disk does not answer.
    """
    return {
        name: shutil.disk_usage(path).free
        for name, path in places.items()
        if path.exists()
    }
