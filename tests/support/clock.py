"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta

# Monday 23 November 2026, 08:30 in Việt Nam.
MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


class FakeClock:
    """Fills the `Clock` port."""

    def __init__(self, now: datetime = MORNING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> datetime:
        """Move on, e.g. `clock.advance(minutes=5)`, and return the new time."""
        self._now += timedelta(**by)
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now
