"""How periodic duties fared: what `certify status` shows of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DONE = "done"


@dataclass(frozen=True)
class Round:
    """The last round of a duty, whichever process had it.

    Attributes:
        duty: its name.
        at: when the round ended, aware.
        outcome: `DONE`, or the code of the error that ended it.
        succeeded_at: when a round last ended well; None if never.
    """

    duty: str
    at: datetime
    outcome: str
    succeeded_at: datetime | None


class Rounds(Protocol):
    """Remembers the last round of each duty."""

    def record(self, duty: str, outcome: str, at: datetime) -> None:
        """Remember a round; one that failed MUST keep the last success."""
        ...

    def latest(self) -> Sequence[Round]:
        """One for each duty, in order of name."""
        ...
