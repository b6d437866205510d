"""When a case is due (NĐ 23/2015 Đ7; domain §9 rule 27)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import holidays

from certify.clock import VIETNAM


@dataclass(frozen=True)
class OfficeHours:
    """Dated defaults of 2026-11-22; the 15:00 rule is law, the closing hour is not.

    Attributes:
        same_day_until: received at or before this, due the same working day.
        closes_at: hour of day a case is due.
    """

    same_day_until: time = time(15, 0)
    closes_at: time = time(17, 0)


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays of Việt Nam excluded."""
    return day.weekday() < 5 and day not in holidays.country_holidays(  # noqa: PLR2004
        "VN", years=day.year
    )


def due_at(
    received: datetime,
    hours: OfficeHours | None = None,
    working: Callable[[date], bool] = is_working_day,
) -> datetime:
    """Return the due time, aware, in Việt Nam's zone, of a case received then."""
    hours = hours or OfficeHours()
    local = received.astimezone(VIETNAM)
    day = local.date()
    if not working(day) or local.time() > hours.same_day_until:
        day += timedelta(days=1)
        while not working(day):
            day += timedelta(days=1)
    return datetime.combine(day, hours.closes_at, tzinfo=VIETNAM)
