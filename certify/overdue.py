"""An alarm for each case that is due and has no released copies.

NĐ 23/2015 Đ7: the copy is given the same day, or the next working day after 15:00;
`certify.deadline` computes the hour. The alarm is recorded once, with a row of the
audit trail, and stays when the case is finished late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certify.case import Case, CaseStatus
from certify.clock import Clock

# A case in one of these waits for nobody any more.
CLOSED = frozenset(
    {
        CaseStatus.NOT_RECEIVED,
        CaseStatus.WITHDRAWN,
        CaseStatus.STOPPED,
        CaseStatus.DONE,
        CaseStatus.RESULT_RETURNED,
    }
)


@dataclass(frozen=True)
class LateCase:
    """A case that is still open after its hour.

    Attributes:
        code: shown to the citizen; no personal data.
        due_at: aware.
    """

    case_id: str
    authority_id: str
    code: str
    due_at: datetime


@dataclass(frozen=True)
class AlarmRound:
    """What a round did: cases that became late, and all that are."""

    raised: int
    late: int


class DeadlineAlarms(Protocol):
    """The record of alarms."""

    def raise_alarms(self, now: datetime) -> Sequence[LateCase]:
        """Record every open case that is due and has no alarm yet; return those.

        MUST append to the audit trail in the same transaction.
        """
        ...

    def late(self) -> Sequence[LateCase]:
        """Return cases with an alarm that are still open, most overdue first."""
        ...


def is_late(case: Case, now: datetime) -> bool:
    """Tell whether a case is still open after its hour."""
    return case.status not in CLOSED and case.due_at <= now


class RaiseAlarms:
    """The periodic duty."""

    def __init__(self, *, alarms: DeadlineAlarms, clock: Clock) -> None:
        """Take the collaborators."""
        self._alarms = alarms
        self._clock = clock

    def __call__(self) -> AlarmRound:
        """Raise what is due.

        Raises:
            ServiceUnavailable: the database is away.
        """
        raised = self._alarms.raise_alarms(self._clock.now())
        return AlarmRound(raised=len(raised), late=len(self._alarms.late()))
