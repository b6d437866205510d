"""Time: UTC inside, Asia/Ho_Chi_Minh on paper. One source, read through a port."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """The only source of time. Implementations MUST return an aware UTC time."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock


def vietnamese_day(moment: datetime) -> date:
    """Return the calendar day in Việt Nam of an aware time."""
    return moment.astimezone(VIETNAM).date()


def paper_time(moment: datetime) -> str:
    """ISO 8601 to the second with +07:00 (NĐ 30/2020 Phụ lục I)."""
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
