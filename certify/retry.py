"""When a waiting attestation is tried again, and what the desk says meanwhile.

What another service has to mend is tried again by itself, each time later. What a
person has to mend is said once and then hardly ever tried: each try writes two rows of
the audit trail. A person's act, a new confirmation or the button at the desk, begins
anew at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from certify.clock import VIETNAM
from certify.errors import CertifyError

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
# A delegation may begin, a permission of the clerk be renewed, without a word to us.
PERSONS_PAUSE = timedelta(hours=6)
_MOST_DOUBLINGS = 12


@dataclass(frozen=True)
class Waiting:
    """Why an attestation waits.

    Attributes:
        sentence: Vietnamese, shown at the desk.
        retry_at: when it is tried again by itself, aware.
        needs_person: nothing but a person's act will help.
        cause: the error's code, for those who count.
    """

    sentence: str
    retry_at: datetime
    needs_person: bool = False
    cause: str = ""


def waiting_for(error: CertifyError, failures: int, now: datetime) -> Waiting:
    """Plan the next try.

    Args:
        error: what ended this run.
        failures: runs that failed in a row before this one.
        now: aware.
    """
    if not error.retryable:
        return Waiting(
            sentence=f"{error} Cần người xử lý nguyên nhân này, rồi bấm “Thử phát "
            "hành lại”.",
            retry_at=now + PERSONS_PAUSE,
            needs_person=True,
            cause=error.code,
        )
    asked = timedelta(seconds=int(error.data.get("wait_seconds", 0)))
    pause = min(FIRST_PAUSE * 2 ** min(failures, _MOST_DOUBLINGS), LONGEST_PAUSE)
    at = now + max(pause, min(asked, PERSONS_PAUSE))
    shown = at.astimezone(VIETNAM).strftime("%H:%M:%S ngày %d/%m/%Y")
    return Waiting(
        sentence=f"{error} Thử lại lúc {shown}.", retry_at=at, cause=error.code
    )
