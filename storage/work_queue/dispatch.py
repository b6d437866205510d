"""Putting jobs in. Used from any thread; a job is committed when `put` returns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status

from certify.work_queue import Urgency
from storage.work_queue.connection import QueueAddress, away_is_unavailable
from storage.work_queue.job import ISSUE, issue_job

CONNECTIONS = 4
AT_ONCE = 500  # jobs of one statement
_UNFINISHED = (Status.TODO, Status.DOING)


class PostgresWorkQueue:
    """Fills `WorkQueue`."""

    def __init__(self, app: App) -> None:
        """Take an open app; see `open_work_queue`."""
        self._jobs = app.job_manager

    def put(self, attestation_ids: Sequence[str], urgency: Urgency) -> int:
        """Put these in, each once; return how many were not in already.

        Raises:
            ServiceUnavailable: the database is away; some may be in.
        """
        with away_is_unavailable():
            there = self._there(attestation_ids, _counting(urgency))
            new = [i for i in attestation_ids if self._make_room(there.get(i), urgency)]
            for some in _batches(new):
                self._defer([issue_job(i, urgency) for i in some])
            return sum(1 for i in new if i not in there)

    def holds(self, attestation_id: str) -> bool:
        """Tell whether it waits or is being worked on.

        Raises:
            ServiceUnavailable: the database is away.
        """
        with away_is_unavailable():
            return attestation_id in self._there([attestation_id], _UNFINISHED)

    def _there(
        self, attestation_ids: Sequence[str], statuses: Sequence[Status]
    ) -> dict[str, Job]:
        """Return jobs by attestation; of two, the one whose status comes last."""
        only = attestation_ids[0] if len(attestation_ids) == 1 else None
        return {
            str(job.queueing_lock): job
            for status in statuses
            for job in self._jobs.list_jobs(
                task=ISSUE, status=status.value, queueing_lock=only
            )
        }

    def _make_room(self, job: Job | None, urgency: Urgency) -> bool:
        """Tell whether a new job is needed; for the counter, less urgent ones go."""
        if job is None:
            return True
        waits = job.status == Status.TODO.value and job.priority < urgency
        if urgency is not Urgency.COUNTER or not waits or job.id is None:
            return False
        return self._jobs.cancel_job_by_id(job.id, delete_job=True)

    def _defer(self, jobs: list[Job]) -> None:
        try:
            self._jobs.batch_defer_jobs(jobs=jobs)
        except AlreadyEnqueued:  # by somebody else meanwhile: all or none went in
            for job in jobs:
                with suppress(AlreadyEnqueued):
                    self._jobs.defer_job(job=job)


@contextmanager
def open_work_queue(address: QueueAddress) -> Iterator[PostgresWorkQueue]:
    """Open a small pool, connecting when first used."""
    app = App(connector=SyncPsycopgConnector(**address.pool(CONNECTIONS)))
    with app.open():
        yield PostgresWorkQueue(app)


def _counting(urgency: Urgency) -> Sequence[Status]:
    """Tell which jobs count as being in; see `Urgency.AGAIN`."""
    return (Status.TODO,) if urgency is Urgency.AGAIN else _UNFINISHED


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
