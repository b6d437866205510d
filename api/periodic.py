"""The one table of periodic duties, and running a round of one.

The embedded worker runs all of them (`Timetable`); on PostgreSQL those that are not
`here` become periodic tasks of the work queue: each round on one machine of all
(docs/operate/workers.md). To add one: build its object in `api.wiring`, put a field
into `api.services`, and a line into `duties`.
"""

import logging
import time
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from functools import partial

from api.observe.logs import fault
from api.repeated import Repeated
from api.services import Services
from api.settings import Settings
from certify.clock import Clock
from certify.errors import CertifyError
from certify.reconcile import Reconciliation
from certify.rounds import DONE, Rounds
from certify.stopping import going_on

_log = logging.getLogger("certify.periodic")


@dataclass(frozen=True)
class Duty:
    """Something done again and again.

    Attributes:
        name: stable; in logs, in the work queue and in `certify status`.
        every: pause between two rounds.
        round: does one round and returns a small result, of which numbers are logged.
        here: each process for itself, as the result is a memory of that process.
        alone: where workers share it, its rounds never overlap.
    """

    name: str
    every: timedelta
    round: Callable[[], object]
    here: bool = False
    alone: bool = True


def duties(
    services: Services,
    settings: Settings,
    *,
    finish: Callable[[], object] | None = None,
    stopping: Callable[[], bool] = going_on,
) -> Sequence[Duty]:
    """Return the table.

    Args:
        services: the built system.
        settings: the pauses that an operator may choose.
        finish: how what waits is finished; None does it here, one after the other.
        stopping: tells a long round to leave the rest to the next one.
    """
    sweep = timedelta(seconds=settings.sweep_seconds)
    minute = timedelta(minutes=1)
    here = partial(services.reconcile, due=True, stopping=stopping)
    renew = partial(services.renew_due.batch, settings.renew_batch)
    return (
        Duty("revocation", minute, services.condition.refresh, here=True),
        Duty("numbering", minute, partial(_open_numbering, services), here=True),
        Duty("reconcile", sweep, finish or here),
        Duty("lists", sweep, services.bundle.refresh_lists),
        Duty("renewal", sweep, renew),
        Duty("deadlines", minute * 5, services.raise_alarms),
        Duty("checkpoint", minute * 5, services.publish_checkpoint),
        Duty("purge", timedelta(hours=1), partial(_purge, services, stopping)),
    )


def _open_numbering(services: Services) -> Reconciliation:
    """Replay the archive before somebody waits for a number; once, if it succeeds."""
    return Reconciliation(recovered=list(services.reconcile.recover()))


def _purge(services: Services, stopping: Callable[[], bool]) -> int:
    """Purge all that is due: one bounded round an hour is less than a province makes.

    Returns:
        How many papers.
    """
    papers = 0
    while True:
        done = services.purge_scans()
        papers += len(done.papers)
        idle = not (done.papers or done.layouts or done.strays)
        if idle or not done.more or stopping():
            return papers


class Timetable:
    """Runs duties in this process, each in a thread of its own, until stopped.

    The first round of each is at once; a slow or failing one keeps no other from
    running.
    """

    def __init__(self, duties: Sequence[Duty], *, rounds: Rounds, clock: Clock) -> None:
        """Take what to run and where the outcome is remembered."""
        self._threads = [
            Repeated(
                duty.name,
                partial(run_round, duty, rounds=rounds, clock=clock),
                pause_seconds=duty.every.total_seconds(),
            )
            for duty in duties
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 10) -> None:
        """Ask all to end, then wait for the rounds in hand.

        What takes longer is abandoned with the process: its lease expires.
        """
        for thread in self._threads:
            thread.ask_to_stop()
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.stop(max(0.0, deadline - time.monotonic()))


def run_round(duty: Duty, *, rounds: Rounds, clock: Clock) -> None:
    """Do one round; log and remember how it ended. Raises nothing."""
    try:
        result = duty.round()
    except CertifyError as error:
        outcome = error.code
        _log.warning("%s waits: %s", duty.name, outcome)
    except Exception as error:  # noqa: BLE001 - one duty's fault stops no other
        outcome = CertifyError.code
        # Class and place only: a message may quote data of a case.
        name = type(error).__name__
        _log.error("%s failed: %s", duty.name, name, extra={"facts": fault(error)})
    else:
        outcome = DONE
        if numbers := in_numbers(result):
            _log.info("%s: %s", duty.name, numbers)
    try:
        rounds.record(duty.name, outcome, clock.now())
    except Exception as error:  # noqa: BLE001 - the database is away: so is its record
        _log.warning("%s not recorded: %s", duty.name, type(error).__name__)


def in_numbers(result: object) -> str:
    """Tell a result by its numbers, zeros left out: "released 2, waiting 1".

    Nothing else of it is safe to log.
    """
    if isinstance(result, int):
        return str(int(result)) if result else ""
    if isinstance(result, type) or not is_dataclass(result):
        return ""
    counted = ((f.name, _number(getattr(result, f.name))) for f in fields(result))
    return ", ".join(f"{name} {number}" for name, number in counted if number)


def _number(value: object) -> int:
    if isinstance(value, str):
        return 0
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, Sized) else 0
