"""`certify trail verify`: what the database and a kept checkpoint can tell, in one go.

The parts of the audit that need neither archive nor time: every leaf and checkpoint,
every chain, and each row of the register that the trail commits to.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from certify.auditing.finding import Finding
from certify.auditing.part import AuditPart, steps
from certify.auditing.tree import TreePart
from certify.checkpoint import Checkpoint, NoteKey
from certify.public_trail import TrailTree

Progress = Callable[[AuditPart, int], None]
MOST_FINDINGS = 1_000  # of one part; no need to go on then


@dataclass(frozen=True)
class TrailAudit:
    """What one run found.

    Attributes:
        rows: leaves of the tree.
        outside: rows that are no leaves yet; the next checkpoint takes them.
        checkpoints: those that were looked at, kept ones included.
    """

    rows: int
    outside: int
    checkpoints: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """True if nothing was found."""
        return not self.findings


class AuditPublicTrail:
    """Runs the full check; it changes nothing."""

    def __init__(
        self, *, tree: TrailTree, keys: Sequence[NoteKey], parts: Sequence[AuditPart]
    ) -> None:
        """Take the tree, what verifies its checkpoints, and the other parts."""
        self._tree = tree
        self._keys = keys
        self._parts = parts

    def __call__(
        self,
        kept: Sequence[Checkpoint] = (),
        *,
        progress: Progress = lambda *_: None,
    ) -> TrailAudit:
        """Check everything.

        Args:
            kept: checkpoints from outside, their signatures already verified.
            progress: told how many things of a part are done.
        """
        tree = TreePart(tree=self._tree, keys=self._keys, kept=lambda: kept)
        return TrailAudit(
            rows=self._tree.size(),
            outside=self._tree.rows_outside(),
            checkpoints=len(kept) + len(self._tree.checkpoints()),
            findings=tuple(
                found
                for part in (tree, *self._parts)
                for found in islice(_findings(part, progress), MOST_FINDINGS)
            ),
        )


def _findings(part: AuditPart, progress: Progress) -> Iterator[Finding]:
    for done, step in enumerate(steps(part, ""), 1):
        yield from step.findings
        progress(part, done)
