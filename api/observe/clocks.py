"""How far other clocks are from ours: those of the TSA and of the database server.

A clock that is off spoils more than the time on a line: tokens are refused, leases end
too early or too late, and a copy bears the wrong time.
"""

from datetime import timedelta

from certify.clock import Clock
from certify.overview import Overview


class OtherClocks:
    """Remembers the last token's time; asks the database when it is looked at."""

    def __init__(self, clock: Clock) -> None:
        """Compare with this clock."""
        self._clock = clock
        self._tsa: float | None = None

    def note_tsa(self, ahead_seconds: float) -> None:
        """Remember how far the time of a good token was ahead."""
        self._tsa = ahead_seconds

    def ahead(self, overview: Overview) -> dict[str, float]:
        """Return how many seconds each known clock is ahead of ours.

        Raises:
            ServiceUnavailable: the database is away.
        """
        known = {} if self._tsa is None else {"tsa": self._tsa}
        asked = self._clock.now()
        theirs = overview.server_time()
        if theirs is not None:
            took = self._clock.now() - asked
            middle = asked + max(took, timedelta()) / 2
            known["database"] = (theirs - middle).total_seconds()
        return known
