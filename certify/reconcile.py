"""Finish what a crash or an outage left half done.

One code path: an unfinished attestation is issued again, and `IssueCopy` resumes at
the last commit it finds. Before that, copies that a restored database has forgotten
come back from the archive. Called at start-up, on a schedule and by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from certify.clock import Clock
from certify.errors import CertifyError
from certify.issue import IssueCopy
from certify.ports import Register


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
        issue: IssueCopy,
        replay: Callable[[], Sequence[str]],
        clock: Clock,
    ) -> None:
        """Take the collaborators; `replay` is a `certify.replay.ReplayArchive`."""
        self._register = register
        self._issue = issue
        self._replay = replay
        self._clock = clock

    def __call__(self, *, due: bool = False) -> Reconciliation:
        """Try each unfinished attestation once; one failure stops no other.

        Args:
            due: only those whose next try has come (`certify.retry`): the schedule's
                way. A person who asks for a sweep means all of them.

        Raises:
            StoredDataDamaged: the archive holds what the register cannot explain.
            ServiceUnavailable: archive or database is away.
        """
        result = Reconciliation(recovered=list(self._replay()))
        for attestation_id in self._register.unfinished(self._clock.now(), due=due):
            try:
                self._issue(attestation_id)
            except CertifyError as error:
                result.waiting[attestation_id] = error.code
            except Exception:  # noqa: BLE001 - a fault of ours in one stops no other
                result.waiting[attestation_id] = CertifyError.code
            else:
                result.released.append(attestation_id)
        return result
