"""Handing confirmed attestations to workers on other machines.

The queue only dispatches: an attestation that nobody put in, or whose job was lost, is
found by its row (`Register.unfinished`), and one that is in twice is issued once, as it
has one lease.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol


class Urgency(IntEnum):
    """Which waiting attestation a free worker takes first: the greatest."""

    BATCH = 0
    """One of many confirmed in one act."""

    AGAIN = 50
    """Tried before, or lost: somebody has waited for it already.

    Nobody has a lease on it. So a worker that seems to be at it hangs, or has ended.
    """

    COUNTER = 100
    """A citizen waits at the counter."""


class WorkQueue(Protocol):
    """Jobs that hold nothing but the id of an attestation."""

    def put(self, attestation_ids: Sequence[str], urgency: Urgency) -> int:
        """Put these in, each once; return how many were not in already.

        Of those that are in, `COUNTER` MUST move one that waits less urgently up;
        else they are left as they are. What a worker is at MUST count as in, but for
        `AGAIN`. Raises ServiceUnavailable.
        """
        ...

    def holds(self, attestation_id: str) -> bool:
        """Tell whether it waits or is being worked on. Raises ServiceUnavailable."""
        ...
