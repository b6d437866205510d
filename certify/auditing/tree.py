"""The public trail: the tree from its rows, held against every checkpoint.

The tree is built again from the rows alone, and its root compared at the size of every
checkpoint: those in the database and those that somebody kept outside. Whoever holds
the database and even the service's key can rewrite all but the last of these.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from certify.auditing.finding import Finding
from certify.auditing.part import Step
from certify.checkpoint import Checkpoint, NoteError, NoteKey, open_note
from certify.errors import StoredDataDamaged
from certify.merkle import Frontier, TreeHead, fold, root_of
from certify.public_trail import PlacedLeaf, TrailTree

BLOCK_LEVEL = 8  # subtrees of 256 leaves are compared one by one

_Waiting = list[tuple[str, TreeHead]]


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
        keys: Sequence[NoteKey],
        kept: Callable[[], Sequence[Checkpoint]],
    ) -> None:
        """Take the collaborators.

        Args:
            tree: what is walked.
            keys: verify the checkpoints in the database.
            kept: reads checkpoints from outside, their signatures already verified.
        """
        self._tree = tree
        self._keys = tuple(keys)
        self._kept = kept

    def count(self) -> int:
        """Count the leaves."""
        return self._tree.size()

    def walk(self, after: str) -> Iterator[Step]:
        """Check leaf after leaf; `after` is always the beginning."""
        stored, found = self._stored_heads()
        kept = [one.head for one in self._kept()]
        for head in kept:
            if head not in stored:
                found.append(_tree("kept", f"thiếu mốc {head.size} dòng đã công bố"))
        heads = [("kept", one) for one in kept] + [
            ("checkpoint", one) for one in stored
        ]
        waiting = sorted(heads, key=lambda one: -one[1].size)
        frontier, newest = Frontier(), dict[str, int]()
        block: list[bytes] = []
        for place in self._tree.places():
            found += _compare(frontier, waiting)
            found += _judge(place, frontier.size, newest)
            # A row that is gone still has its place: the rest stays where it was.
            block.append(place.leaf.hash if place.leaf else bytes(32))
            frontier.add(block[-1])
            if len(block) == 1 << BLOCK_LEVEL:
                number = (frontier.size >> BLOCK_LEVEL) - 1
                found += self._check_subtree(number, fold(block))
                block.clear()
            yield Step(after, tuple(found))
            found.clear()
        found += _compare(frontier, waiting)
        found += self._check_end(frontier, waiting)
        if found:
            yield Step(after, tuple(found))

    def _stored_heads(self) -> tuple[list[TreeHead], list[Finding]]:
        """Return what the stored notes say, and those that nobody signed."""
        heads, found = list[TreeHead](), list[Finding]()
        for stored in self._tree.checkpoints():
            what = f"mốc {stored.head.size} dòng"
            try:
                heads.append(open_note(stored.note, self._keys).head)
            except NoteError:
                found.append(_tree("note", what))
                continue
            if heads[-1] != stored.head:
                found.append(_tree("note", what))
        return heads, found

    def _check_subtree(self, number: int, root: bytes) -> Iterator[Finding]:
        """The stored subtrees must be what proofs are made of."""
        with suppress(StoredDataDamaged):
            if self._tree.subtree(BLOCK_LEVEL, number) == root:
                return
        yield _tree("tree", f"khối {number}")

    def _check_end(self, frontier: Frontier, waiting: _Waiting) -> Iterator[Finding]:
        """No checkpoint is larger than the tree, and no row is missing from it."""
        size = frontier.size
        for code, head in waiting:
            yield _tree(code, f"mốc {head.size} dòng, chỉ còn {size} dòng")
        root = None
        with suppress(StoredDataDamaged):
            root = root_of(self._tree.subtree, size)
        if root != frontier.root():
            yield _tree("tree", f"{size} dòng")
        if (outside := self._tree.rows_outside()) < 0:
            yield _tree("row", f"thiếu {-outside} dòng nhật ký")


def _judge(place: PlacedLeaf, index: int, newest: dict[str, int]) -> Iterator[Finding]:
    what = f"{place.authority_id}: dòng {place.sequence}"
    if not place.holds:
        yield _tree("row", what)
    expected = newest.get(place.authority_id, 0) + 1
    if place.index != index or place.sequence != expected:
        yield _tree("order", what)
    newest[place.authority_id] = place.sequence


def _compare(frontier: Frontier, waiting: _Waiting) -> Iterator[Finding]:
    while waiting and waiting[-1][1].size == frontier.size:
        code, head = waiting.pop()
        if head.root != frontier.root():
            yield _tree(code, f"mốc {head.size} dòng")


def _tree(code: str, what: str) -> Finding:
    return Finding(f"tree.{code}", what)
