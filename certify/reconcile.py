"""Finish what a crash or an outage left half done.

One code path: an unfinished attestation is issued again, and `IssueCopy` resumes at
the last commit it finds. Called at start-up, on a schedule and by hand.
"""

from dataclasses import dataclass, field

from certify.clock import Clock
from certify.errors import CertifyError
from certify.issue import IssueCopy
from certify.ports import Register


@dataclass
class Reconciliation:
    """What one sweep did: ids released, and id → error code of those that wait."""

    released: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)


class Reconcile:
    """Sweeps all unfinished attestations, oldest first."""

    def __init__(self, *, register: Register, issue: IssueCopy, clock: Clock) -> None:
        """Take the collaborators."""
        self._register = register
        self._issue = issue
        self._clock = clock

    def __call__(self) -> Reconciliation:
        """Try each unfinished attestation once; one failure stops no other."""
        result = Reconciliation()
        for attestation_id in self._register.unfinished(self._clock.now()):
            try:
                self._issue(attestation_id)
            except CertifyError as error:
                result.waiting[attestation_id] = error.code
            else:
                result.released.append(attestation_id)
        return result
