"""How the service's work stands, in numbers: nothing of any case, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class WaitingGroup:
    """Attestations that were approved and are not released, waiting for one cause.

    Attributes:
        cause: an error's code (`certify.errors`), "running" while a worker is at it,
            "new" for those that nobody has tried yet, or "other".
        count: how many.
        oldest: when the oldest of them was approved, aware.
    """

    cause: str
    count: int
    oldest: datetime


class Overview(Protocol):
    """Reads what monitoring wants to know. Each call raises ServiceUnavailable."""

    def waiting(self, now: datetime) -> Sequence[WaitingGroup]:
        """By cause; those that may not be issued at all are left out."""
        ...

    def open_reservations(self) -> int:
        """Count the numbers that were taken and not used yet."""
        ...

    def schema_is_current(self) -> bool:
        """Tell whether the tables are those of this program."""
        ...

    def can_write(self) -> bool:
        """Tell whether the database takes writes; a standby only reads."""
        ...

    def server_time(self) -> datetime | None:
        """Tell what the database's clock shows; None where it is this machine's."""
        ...
