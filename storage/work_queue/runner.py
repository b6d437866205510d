"""Taking jobs out: the loop of `certify worker` on PostgreSQL.

A worker that is killed leaves its job as being worked on; after `STALLED_SECONDS`
without a sign of life another worker's sweep puts the job back. The attestation itself
is free when its lease ends. Both are harmless in either order.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import (
    ConnectorException,
    JobAborted,
    UniqueViolation,
)
from procrastinate.jobs import DeleteJobCondition, Status
from psycopg import OperationalError

from storage.work_queue.connection import QueueAddress, away_is_unavailable
from storage.work_queue.job import (
    DUTIES,
    DUTY_PRIORITY,
    ISSUE,
    ISSUING,
    PeriodicJob,
    cron_of,
)
from storage.work_queue.worker import QueueWorker

HEARTBEAT_SECONDS, STALLED_SECONDS = 10.0, 30.0
LOOK_SECONDS = 5.0  # between two looks for jobs; PostgreSQL's NOTIFY comes sooner
AWAY_SECONDS = 5.0  # before a server that went away is tried again
KEPT_HOURS = 7 * 24  # of jobs that ended in a fault
MISSED_SECONDS = 24 * 3600  # a nightly duty that found no worker is had when one comes
_SPARE_CONNECTIONS = 3  # heartbeat, schedule, fetching; jobs use theirs for moments
_SPARE_THREADS = 2  # one waits to be stopped; names of hosts are looked up in one

_log = logging.getLogger("certify.worker")

Issue = Callable[[str, Callable[[], bool]], bool]
"""Issues an attestation, told whether to stop; False if it did for that reason.

It must not raise.
"""


class JobRunner:
    """One worker process."""

    def __init__(
        self, address: QueueAddress, *, name: str, concurrency: int, issue: Issue
    ) -> None:
        """Connect when run; `concurrency` jobs run at once, each in a thread."""
        pool = address.pool(concurrency + _SPARE_CONNECTIONS)
        self._app = App(
            connector=PsycopgConnector(**pool),
            periodic_defaults={"max_delay": MISSED_SECONDS},
        )
        self._name = name
        self._concurrency = concurrency
        self._issue = issue
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app.task(
            name=ISSUE,
            queue=ISSUING,
            pass_context=True,
            # One that was interrupted is for another worker, at once.
            retry=RetryStrategy(retry_exceptions=[JobAborted]),
        )(self._run_issue)

    def add(self, duty: PeriodicJob) -> None:
        """Have a share in a duty. Its rounds do not queue up."""

        def run(timestamp: int) -> None:
            del timestamp
            duty.run()

        task = self._app.task(
            name=f"duty.{duty.name}",
            queue=DUTIES,
            priority=DUTY_PRIORITY,
            lock=duty.name if duty.alone else None,
            queueing_lock=duty.name,
        )(run)
        self._app.periodic(cron=cron_of(duty.every))(task)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`, through outages of the server.

        What is being issued then ends at its next step, or is finished when its keys
        were used already.
        """
        try:
            asyncio.run(self._run(stop))
        finally:
            self._loop = None

    def sweep_stalled(self) -> int:
        """Put back what workers that died had taken; return how much. For a duty.

        Raises:
            ServiceUnavailable: the database is away.
        """
        if self._loop is None:
            raise RuntimeError("swept by a worker that runs")
        with away_is_unavailable():
            sweep = asyncio.run_coroutine_threadsafe(self._sweep(), self._loop)
            return sweep.result()

    async def _run(self, stop: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        # The usual pool has as many threads as the machine has cores, and four.
        threads = ThreadPoolExecutor(self._concurrency + _SPARE_THREADS)
        self._loop.set_default_executor(threads)
        stopped = asyncio.ensure_future(asyncio.to_thread(stop.wait))
        try:
            while not stop.is_set():
                await self._work_until(stopped)
        finally:
            stop.set()  # or the thread that waits for it would keep a fault of ours in
            await stopped

    async def _work_until(self, stopped: asyncio.Future[bool]) -> None:
        """Work until we are asked to stop, or the server is away; then rest."""
        working = asyncio.ensure_future(self._work())
        either: set[asyncio.Future[Any]] = {working, stopped}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            working.cancel()  # ends in good order
        with suppress(asyncio.CancelledError):
            await working
        if not stopped.done():
            _log.warning("the work queue is away")
            await asyncio.wait({stopped}, timeout=AWAY_SECONDS)

    async def _work(self) -> None:
        """Run a worker until it is cancelled or its server goes away."""
        with suppress(ConnectorException, OperationalError):
            async with self._app.open_async():
                worker = QueueWorker(
                    self._app,
                    name=self._name,
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=LOOK_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=0,  # `should_abort` is asked each step
                    delete_jobs=DeleteJobCondition.SUCCESSFUL,
                )
                await worker.run()  # type: ignore[no-untyped-call]  # Procrastinate's

    def _run_issue(self, context: JobContext, *, attestation_id: str) -> None:
        if not self._issue(attestation_id, context.should_abort):
            raise JobAborted

    async def _sweep(self) -> int:
        manager, swept = self._app.job_manager, 0
        stalled = await manager.get_stalled_jobs(
            seconds_since_heartbeat=STALLED_SECONDS
        )
        for job in stalled:
            try:
                await manager.retry_job(job)
            except UniqueViolation:  # it was put in again since
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:  # another sweep, or its own end, came first
                continue
            swept += 1
        await manager.delete_old_jobs(
            nb_hours=KEPT_HOURS,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )
        return swept
