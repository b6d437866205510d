"""The public trail: the tree from its rows, held against every checkpoint."""

from collections.abc import Callable, Iterator, Sequence

from certify.auditing.finding import Finding
from certify.auditing.part import Step
from certify.checkpoint import Checkpoint
from certify.public_trail import TrailTree
from certify.trail_audit import AuditPublicTrail, TrailAudit


class TreePart:
    """Walks all leaves; begins anew when resumed, as a root needs every leaf.

    The chains and the register are other parts' work.
    """

    name = "tree"
    title = "Nhật ký công khai"

    def __init__(
        self,
        *,
        tree: TrailTree,
        audit: AuditPublicTrail,
        kept: Callable[[], Sequence[Checkpoint]],
    ) -> None:
        """Take the tree, its check, and what reads the checkpoints kept outside."""
        self._tree = tree
        self._audit = audit
        self._kept = kept

    def count(self) -> int:
        """Count the leaves."""
        return self._tree.size()

    def walk(self, after: str) -> Iterator[Step]:
        """Check leaf after leaf; `after` is always the beginning."""
        found = TrailAudit()
        said = 0
        for _ in self._audit.walk_tree(found, self._kept()):
            yield Step(after, _named(found, said))
            said = len(found.findings)
        if len(found.findings) > said:
            yield Step(after, _named(found, said))


def _named(found: TrailAudit, said: int) -> tuple[Finding, ...]:
    return tuple(Finding(f"tree.{one.code}", one.what) for one in found.findings[said:])
