"""The work queue, where there is one: with PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from api.dispatch import issue_quietly
from api.periodic import Duty, run_round
from api.services import Services
from api.settings import Settings
from api.wiring.stores import server_limits
from certify.issue import Issue
from certify.work_queue import WorkQueue

if TYPE_CHECKING:
    from storage.work_queue.connection import QueueAddress
    from storage.work_queue.runner import JobRunner

# Procrastinate takes half a second to import, which an embedded service does not need.


@contextmanager
def open_queue(settings: Settings) -> Iterator[WorkQueue]:
    """Open what jobs are put in with."""
    from storage.work_queue.dispatch import open_work_queue  # noqa: PLC0415 - see above

    with open_work_queue(_address(settings)) as queue:
        yield queue


def build_runner(
    settings: Settings, *, name: str, concurrency: int, issue: Issue
) -> "JobRunner":
    """Build the loop of a worker; nothing is connected yet."""
    from storage.work_queue.runner import JobRunner  # noqa: PLC0415 - see above

    return JobRunner(
        _address(settings),
        name=name,
        concurrency=concurrency,
        issue=partial(issue_quietly, issue),
    )


def share(runner: "JobRunner", duty: Duty, services: Services) -> None:
    """Let a worker have its share of a duty's rounds."""
    from storage.work_queue.job import PeriodicJob  # noqa: PLC0415 - see above

    run = partial(run_round, duty, rounds=services.rounds, clock=services.clock)
    runner.add(PeriodicJob(duty.name, duty.every, run, alone=duty.alone))


def _address(settings: Settings) -> "QueueAddress":
    from storage.work_queue.connection import QueueAddress  # noqa: PLC0415 - see above

    if settings.database_url is None:
        raise RuntimeError("a register in a file has no work queue")
    return QueueAddress(
        settings.database_url.get_secret_value(),
        settings.database_password,
        server_limits(settings),
    )
