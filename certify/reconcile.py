"""Finish what a crash or an outage left half done.

One code path: an unfinished attestation is issued again, and `IssueCopy` resumes at
the last commit it finds. Before that, copies that a restored database has forgotten
come back from the archive. Called at start-up, on a schedule and by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from certify.clock import Clock
from certify.errors import CertifyError
from certify.issue import Issue
from certify.ports import Register
from certify.stopping import between_steps, going_on


@dataclass
class Reconciliation:
    """What one sweep did.

    Attributes:
        released: ids.
        waiting: id → error code of those that wait.
        recovered: ids that came back from the archive, released.
    """

    released: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    recovered: list[str] = field(default_factory=list)


class Reconcile:
    """Sweeps all unfinished attestations, oldest first."""

    def __init__(
        self,
        *,
        register: Register,
        issue: Issue,
        replay: Callable[[], Sequence[str]],
        clock: Clock,
    ) -> None:
        """Take the collaborators; `replay` is a `certify.replay.ReplayArchive`."""
        self._register = register
        self._issue = issue
        self._replay = replay
        self._clock = clock

    def __call__(
        self, *, due: bool = False, stopping: Callable[[], bool] = going_on
    ) -> Reconciliation:
        """Try each unfinished attestation once; one failure stops no other.

        Args:
            due: only those whose next try has come (`certify.retry`): the schedule's
                way. A person who asks for a sweep means all of them.
            stopping: tells whether to leave the rest to the next sweep.

        Raises:
            StoredDataDamaged: the archive holds what the register cannot explain.
            ServiceUnavailable: archive or database is away.
        """
        result = Reconciliation(recovered=list(self.recover()))
        for attestation_id in self.unfinished(due=due):
            if stopping():
                break
            try:
                self._issue(attestation_id, between_steps(stopping))
            except CertifyError as error:
                result.waiting[attestation_id] = error.code
            except Exception:  # noqa: BLE001 - a fault of ours in one stops no other
                result.waiting[attestation_id] = CertifyError.code
            else:
                result.released.append(attestation_id)
        return result

    def recover(self) -> Sequence[str]:
        """Bring back what a restored database forgot; the ids, once per process.

        Raises:
            StoredDataDamaged, ServiceUnavailable: as above.
        """
        return self._replay()

    def unfinished(self, *, due: bool) -> Sequence[str]:
        """Return what nobody works on, oldest first; see `due` above."""
        return self._register.unfinished(self._clock.now(), due=due)
