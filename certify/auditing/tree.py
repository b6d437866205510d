"""The public trail: the tree from its rows, held against every checkpoint.

The tree is built again from the rows alone, and its root compared at the size of every
checkpoint: those in the database and those that somebody kept outside. Whoever holds
the database and even the service's key can rewrite all but the last of these.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from certify.auditing.finding import Finding
from certify.auditing.part import Step
from certify.checkpoint import Checkpoint, NoteError, NoteKey, open_note
from certify.errors import StoredDataDamaged
from certify.merkle import Frontier, fold, root_of
from certify.public_trail import MOST_STRAY, PlacedLeaf, TrailTree

BLOCK_LEVEL = 8  # subtrees of 256 leaves are compared one by one


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
        kept = self._kept()  # first: one published meanwhile is then stored as well
        stored, found = self._stored()
        heads = {one.head for one in stored}
        for one in kept:
            if one.head not in heads:
                size = one.head.size
                found.append(_tree("kept", f"thiếu mốc {size} dòng đã công bố"))
        published = _Published(kept, stored)
        frontier, newest = Frontier(), dict[str, int]()
        block: list[bytes] = []
        for place in self._tree.places():
            found += published.reach(frontier)
            found += _judge(place, frontier.size, newest)
            found += published.judge_time(place)
            # A row that is gone still has its place: the rest stays where it was.
            block.append(place.leaf.hash if place.leaf else bytes(32))
            frontier.add(block[-1])
            if len(block) == 1 << BLOCK_LEVEL:
                number = (frontier.size >> BLOCK_LEVEL) - 1
                found += self._check_subtree(number, fold(block))
                block.clear()
            yield Step(after, tuple(found))
            found.clear()
        found += published.reach(frontier)
        found += published.beyond(frontier.size)
        found += self._check_end(frontier)
        if found:
            yield Step(after, tuple(found))

    def _stored(self) -> tuple[list[Checkpoint], list[Finding]]:
        """Return what the stored notes say, and those that nobody signed."""
        signed, found = list[Checkpoint](), list[Finding]()
        for stored in self._tree.checkpoints():
            what = f"mốc {stored.head.size} dòng"
            try:
                note = open_note(stored.note, self._keys)
            except NoteError:
                found.append(_tree("note", what))
                continue
            signed.append(note)
            if (note.head, note.at) != (stored.head, stored.made_at):
                found.append(_tree("note", what))
        return signed, found

    def _check_subtree(self, number: int, root: bytes) -> Iterator[Finding]:
        """The stored subtrees must be what proofs are made of."""
        with suppress(StoredDataDamaged):
            if self._tree.subtree(BLOCK_LEVEL, number) == root:
                return
        yield _tree("tree", f"khối {number}")

    def _check_end(self, frontier: Frontier) -> Iterator[Finding]:
        """The stored subtrees have the same root, and no row is missing from them."""
        size = frontier.size
        root = None
        with suppress(StoredDataDamaged):
            root = root_of(self._tree.subtree, size)
        if root != frontier.root():
            yield _tree("tree", f"{size} dòng")
        if (outside := self._tree.rows_outside()) < 0:
            yield _tree("row", f"thiếu {-outside} dòng nhật ký")


class _Published:
    """The checkpoints that lie ahead on the walk, and when the last one was made."""

    def __init__(
        self, kept: Iterable[Checkpoint], stored: Iterable[Checkpoint]
    ) -> None:
        """Put them in order; the smallest is the last of the list."""
        ahead = [("kept", one) for one in kept] + [
            ("checkpoint", one) for one in stored
        ]
        self._ahead = sorted(ahead, key=lambda one: -one[1].head.size)
        self._since: datetime | None = None

    def reach(self, frontier: Frontier) -> Iterator[Finding]:
        """Hold the tree so far against the checkpoints of its size."""
        while self._ahead and self._ahead[-1][1].head.size == frontier.size:
            code, reached = self._ahead.pop()
            self._since = reached.at
            if reached.head.root != frontier.root():
                yield _tree(code, f"mốc {reached.head.size} dòng")

    def judge_time(self, place: PlacedLeaf) -> Iterator[Finding]:
        """Name a row dated long before the checkpoint that it came after.

        The same for one dated long after the checkpoint that holds it: else an act of
        today could be put in with the time of another year.
        """
        if place.at is None:
            return
        early = self._since is not None and place.at < self._since - MOST_STRAY
        late = self._ahead and place.at > self._ahead[-1][1].at + MOST_STRAY
        if early or late:
            what = f"{place.authority_id}: dòng {place.sequence}"
            yield _tree("time", f"{what}, {place.at.isoformat()}")

    def beyond(self, size: int) -> Iterator[Finding]:
        """Name the checkpoints that are larger than the whole tree."""
        for code, one in self._ahead:
            yield _tree(code, f"mốc {one.head.size} dòng, chỉ còn {size} dòng")


def _judge(place: PlacedLeaf, index: int, newest: dict[str, int]) -> Iterator[Finding]:
    what = f"{place.authority_id}: dòng {place.sequence}"
    if not place.holds:
        yield _tree("row", what)
    expected = newest.get(place.authority_id, 0) + 1
    if place.index != index or place.sequence != expected:
        yield _tree("order", what)
    newest[place.authority_id] = place.sequence


def _tree(code: str, what: str) -> Finding:
    return Finding(f"tree.{code}", what)
