"""What is in a job: a name, a priority, and one id. Nothing else may be.

Everybody who may read the queue's tables, and every log of the database, sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from procrastinate.jobs import Job

from certify.work_queue import Urgency

ISSUE = "issue"
ISSUING, DUTIES = "issuing", "duties"  # queues
DUTY_PRIORITY = Urgency.COUNTER + 1  # short, and 2,000 copies must not starve them


@dataclass(frozen=True)
class PeriodicJob:
    """A duty of which each round is had by one worker of all.

    Attributes:
        run: must not raise.
        alone: its rounds never overlap. The round of a worker that died then holds up
            all others until it is swept, so the sweep itself must not be alone.
    """

    name: str
    every: timedelta
    run: Callable[[], None]
    alone: bool = True


def issue_job(attestation_id: str, urgency: Urgency) -> Job:
    """Describe the job that issues a copy; waiting, it is there once."""
    return Job(
        id=None,
        queue=ISSUING,
        lock=None,
        queueing_lock=attestation_id,
        task_name=ISSUE,
        task_kwargs={"attestation_id": attestation_id},
        priority=urgency,
    )


def cron_of(every: timedelta) -> str:
    """Write a pause as cron does, at least as often; from a day on, at 2:23 at night.

    Cron counts within the minute, hour or day: 45 s becomes second 0 and 45 of each.

    Returns:
        Six fields, the last one seconds; in UTC.
    """
    seconds = round(every.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"* * * * * */{max(seconds, 1)}"
    minutes = seconds // 60
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"*/{minutes} * * * * 0"
    hours = minutes // 60
    if hours < 24:  # noqa: PLR2004 - a day
        return f"0 */{hours} * * * 0"
    return "23 19 * * * 0"
