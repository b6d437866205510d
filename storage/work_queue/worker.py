"""Procrastinate's worker, with what it leaves to chance mended.

Both methods of `Worker` overridden here are its own matter (`_`): pyproject.toml pins
its minor version, and tests/integration/test_work_queue.py fails without either.
"""

from collections.abc import Iterable
from typing import Any

from procrastinate.exceptions import ConnectorException
from procrastinate.periodic import PeriodicDeferrer, TaskAtTime
from procrastinate.worker import Worker
from typing_extensions import override


class QueueWorker(Worker):
    """Ends when it can no longer tell the queue what it does; who runs it begins anew.

    A job whose end could not be written (statement too slow, disk full) would stay
    "being worked on" for as long as its worker gives signs of life, and keep all rounds
    of its duty from everybody. A worker that ended has no jobs: they are swept.
    """

    @override
    async def _persist_job_status(self, *args: Any, **given: Any) -> None:
        try:
            await super()._persist_job_status(*args, **given)
        except ConnectorException:  # nobody waits for it: the job is over
            self.stop()  # type: ignore[no-untyped-call]  # Procrastinate's

    @override
    async def _periodic_deferrer(self) -> None:
        await _Schedule(
            registry=self.app.periodic_registry, **self.app.periodic_defaults
        ).worker()


class _Schedule(PeriodicDeferrer):
    """Goes on when the clock steps back: else no duty is due until it has caught up."""

    @override
    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        if any(last > at for last in self.last_defers.values()):
            self.last_defers.clear()
        return super().get_previous_tasks(at)
