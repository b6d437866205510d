"""With PostgreSQL: what is confirmed goes to workers, and the desk waits for them.

The web server then issues nothing itself, but copies whose signatory's token it waits
for anyway (`api.issue_soon`).
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from certify.attestation import Edition, IssuanceStep
from certify.errors import CertifyError, TryLater, WrongState
from certify.issue import Issue, Progress, silent
from certify.ports import Cases, Register
from certify.reconcile import Reconcile
from certify.stopping import between_steps
from certify.work_queue import Urgency, WorkQueue

PATIENCE_SECONDS = 50.0  # below the minute after which proxies give up
LOOK_SECONDS = 0.2
_TOLD = {
    IssuanceStep.APPROVED: (1, "Chờ tiến trình phát hành nhận việc"),
    IssuanceStep.RESERVED: (4, "Soạn bản sao"),
    IssuanceStep.INTENDED: (6, "Ký số và đóng dấu thời gian"),
}

_log = logging.getLogger("certify.dispatch")


def keep_here(attestation_ids: Sequence[str]) -> None:
    """Tell no worker what was confirmed: whoever confirmed issues it."""


class HandOver:
    """Gives workers what was just confirmed."""

    def __init__(
        self, *, queue: WorkQueue, cases: Cases, held_keys: frozenset[str]
    ) -> None:
        """Take the collaborators; `held_keys` sign only while their owner is there."""
        self._queue = queue
        self._cases = cases
        self._held_keys = held_keys

    def __call__(self, attestation_ids: Sequence[str]) -> None:
        """Put these in the queue: one alone is for somebody at the counter.

        Raises nothing: the confirmations stand, and what the queue did not take is
        found by the next sweep.
        """
        urgency = Urgency.COUNTER if len(attestation_ids) == 1 else Urgency.BATCH
        try:
            self._queue.put([i for i in attestation_ids if self._ours(i)], urgency)
        except CertifyError as error:
            _log.warning("not handed over: %s", error.code)

    def _ours(self, attestation_id: str) -> bool:
        statement = self._cases.attestation(attestation_id).statement
        return statement is None or statement.signatory_key_id not in self._held_keys


class IssueByWorkers:
    """Fills `Issue`: asks for it, urgently, and waits."""

    def __init__(
        self,
        *,
        queue: WorkQueue,
        cases: Cases,
        register: Register,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Take the collaborators and how long somebody waits for an answer."""
        self._queue = queue
        self._cases = cases
        self._register = register
        self._patience_seconds = patience_seconds

    def __call__(self, attestation_id: str, progress: Progress = silent, /) -> Edition:
        """Return the edition when a worker has released it, just now or before.

        Raises:
            TryLater: with what the copy waits for; it goes on being tried.
            WrongState: not confirmed, or its number is void.
            ServiceUnavailable: the database is away.
        """
        deadline = time.monotonic() + self._patience_seconds
        asked = False
        while time.monotonic() < deadline:
            # Asked before the row is read: a job that ends now has left its result.
            busy = asked and self._queue.holds(attestation_id)
            view = self._cases.attestation(attestation_id)
            if view.step is IssuanceStep.RELEASED:
                return self._edition(attestation_id)
            if view.step not in _TOLD:
                raise WrongState(reason="bản sao chưa được xác nhận hoặc đã hủy số")
            if not asked:
                self._queue.put([attestation_id], Urgency.COUNTER)
                asked = busy = True
            if not busy:
                waits = view.waiting or "bản sao chưa phát hành được, sẽ thử lại"
                raise TryLater(reason=waits.rstrip("."))
            progress(*_TOLD[view.step])
            time.sleep(LOOK_SECONDS)
        raise TryLater(reason="bản sao đang chờ đến lượt phát hành")

    def _edition(self, attestation_id: str) -> Edition:
        copy = self._register.released_attestation(attestation_id)
        if copy is None:
            raise WrongState(reason="bản sao chưa phát hành")
        return copy.newest


@dataclass(frozen=True)
class Dispatched:
    """What a sweep did: copies a restored database had forgotten, and new jobs."""

    recovered: int
    queued: int


class DispatchUnfinished:
    """The sweep with PostgreSQL: what waits goes to whichever worker is free."""

    def __init__(self, *, reconcile: Reconcile, queue: WorkQueue) -> None:
        """Take the collaborators."""
        self._reconcile = reconcile
        self._queue = queue

    def __call__(self) -> Dispatched:
        """Put in what is due and has no job: tried before, or its job was lost.

        Raises:
            StoredDataDamaged, ServiceUnavailable: see `Reconcile`.
        """
        recovered = self._reconcile.recover()
        due = self._reconcile.unfinished(due=True)
        queued = self._queue.put(due, Urgency.AGAIN) if due else 0
        return Dispatched(recovered=len(recovered), queued=queued)


def issue_quietly(
    issue: Issue, attestation_id: str, stopping: Callable[[], bool]
) -> bool:
    """Issue as a job: what fails is in the attestation's row, and the log has its code.

    Returns:
        False when it was interrupted because we are asked to stop.
    """
    try:
        issue(attestation_id, between_steps(stopping))
    except CertifyError as error:
        _log.info("issuing waits: %s", error.code)
        return not stopping()
    except Exception as error:  # noqa: BLE001 - a fault of ours ends one copy only
        # The class only: a message may quote data of a case.
        _log.error("issuing failed: %s", type(error).__name__)
    return True
