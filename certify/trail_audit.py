"""The full check of the public trail: every row, every leaf, every checkpoint.

Each authority's chain is recomputed, the register held against what its trail commits
to, the tree built again from the rows alone, and its root compared at the size of
every checkpoint: those in the database and those that somebody kept outside. Whoever
holds the database and even the service's key can rewrite all but the last of these.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from certify.checkpoint import Checkpoint, NoteError, NoteKey, open_note
from certify.errors import StoredDataDamaged
from certify.merkle import Frontier, TreeHead, fold, root_of
from certify.ports import AuditTrail
from certify.public_trail import PlacedLeaf, TrailTree

Progress = Callable[[int, int], None]
BLOCK_LEVEL = 8  # subtrees of 256 leaves are compared one by one
MOST_FINDINGS = 1_000
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # not what we wrote


@dataclass(frozen=True)
class TrailFinding:
    """One thing that is not as it was recorded.

    Attributes:
        code: stable, one of `FINDINGS`.
        what: a Vietnamese phrase that names it; no personal data.
    """

    code: str
    what: str


FINDINGS = {
    "chain": "chuỗi nhật ký bị sửa",
    "register": "sổ khác với nhật ký",
    "row": "dòng nhật ký khác với dòng đã vào cây",
    "order": "dòng nhật ký không đúng thứ tự trong cây",
    "tree": "cây lưu trong cơ sở dữ liệu bị sửa",
    "note": "mốc lưu trong cơ sở dữ liệu bị sửa",
    "checkpoint": "nhật ký khác với mốc lưu trong cơ sở dữ liệu",
    "kept": "cơ sở dữ liệu khác với mốc đã giữ bên ngoài",
}


@dataclass
class TrailAudit:
    """What one run found.

    Attributes:
        rows: leaves looked at.
        outside: rows that are no leaves yet; the next checkpoint takes them.
        checkpoints: roots that were compared, kept ones included.
        kept_at: time of the newest kept checkpoint, None without one: what is older
            is proven not to have been touched.
    """

    rows: int = 0
    outside: int = 0
    checkpoints: int = 0
    kept_at: datetime | None = None
    findings: list[TrailFinding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True if nothing was found."""
        return not self.findings


class RegisterAgainstTrail(Protocol):
    """Holds the tables of the register against the trail; filled by storage."""

    def authorities(self) -> Sequence[str]:
        """Ids of all authorities."""
        ...

    def differences(self, authority_id: str) -> Iterator[str]:
        """Name each row of the register that the trail tells otherwise of."""
        ...


class AuditPublicTrail:
    """Runs the full check; it changes nothing."""

    def __init__(
        self,
        *,
        trail: AuditTrail,
        tree: TrailTree,
        register: RegisterAgainstTrail,
        keys: Sequence[NoteKey],
    ) -> None:
        """Take the collaborators; `keys` verify the checkpoints."""
        self._trail = trail
        self._tree = tree
        self._register = register
        self._keys = tuple(keys)

    def __call__(
        self,
        kept: Iterable[Checkpoint] = (),
        *,
        progress: Progress = lambda *_: None,
    ) -> TrailAudit:
        """Check everything.

        Args:
            kept: checkpoints from outside, their signatures already verified.
            progress: told how many leaves are done, of how many.
        """
        found = TrailAudit()
        total = self._tree.size()
        for done in self.walk_tree(found, kept):
            progress(done, total)
        for authority_id in self._register.authorities():
            self._check_authority(authority_id, found)
        return found

    def walk_tree(
        self, found: TrailAudit, kept: Iterable[Checkpoint] = ()
    ) -> Iterator[int]:
        """Check the tree and the checkpoints alone; see `__call__`.

        Args:
            found: is added to.
            kept: checkpoints from outside.

        Yields:
            How many leaves are done; not all findings are made before the end.
        """
        outside = tuple(kept)
        found.kept_at = max((one.at for one in outside), default=None)
        stored = [("checkpoint", head) for head in self._stored_heads(found)]
        heads = [("kept", one.head) for one in outside] + stored
        for _, head in heads[: len(outside)]:
            if ("checkpoint", head) not in stored:
                _add(found, "kept", f"thiếu mốc {head.size} dòng đã công bố")
        found.checkpoints = len(heads)
        yield from self._walk(sorted(heads, key=lambda one: -one[1].size), found)
        found.outside = self._tree.rows_outside()
        if found.outside < 0:
            _add(found, "row", f"thiếu {-found.outside} dòng nhật ký")

    def _check_authority(self, authority_id: str, found: TrailAudit) -> None:
        try:
            self._trail.check(authority_id)
        except StoredDataDamaged as error:
            _add(found, "chain", f"{authority_id}: {error.data['what']}")
        except _UNREADABLE:
            _add(found, "chain", f"{authority_id}: có dòng không đọc được")
        try:
            for what in self._register.differences(authority_id):
                _add(found, "register", f"{authority_id}: {what}")
        except _UNREADABLE:
            _add(found, "register", f"{authority_id}: có dòng không đọc được")

    def _stored_heads(self, found: TrailAudit) -> Iterator[TreeHead]:
        """Yield what the stored notes say, and find those that nobody signed."""
        for stored in self._tree.checkpoints():
            what = f"mốc {stored.head.size} dòng"
            try:
                head = open_note(stored.note, self._keys).head
            except NoteError:
                _add(found, "note", what)
                continue
            if head != stored.head:
                _add(found, "note", what)
            yield head

    def _walk(
        self, waiting: list[tuple[str, TreeHead]], found: TrailAudit
    ) -> Iterator[int]:
        """Build the tree from the rows; compare it wherever a checkpoint stands."""
        frontier, newest = Frontier(), dict[str, int]()
        block: list[bytes] = []
        for place in self._tree.places():
            _compare(frontier, waiting, found)
            self._check_place(place, frontier.size, newest, found)
            # A row that is gone still has its place: the rest stays where it was.
            block.append(place.leaf.hash if place.leaf else bytes(32))
            frontier.add(block[-1])
            if len(block) == 1 << BLOCK_LEVEL:
                number = (frontier.size >> BLOCK_LEVEL) - 1
                self._check_subtree(number, fold(block), found)
                block.clear()
            found.rows = frontier.size
            yield frontier.size
        _compare(frontier, waiting, found)
        for code, head in waiting:
            _add(found, code, f"mốc {head.size} dòng, chỉ còn {frontier.size} dòng")
        self._check_root(frontier, found)

    def _check_place(
        self, place: PlacedLeaf, index: int, newest: dict[str, int], found: TrailAudit
    ) -> None:
        what = f"{place.authority_id}: dòng {place.sequence}"
        if not place.holds:
            _add(found, "row", what)
        expected = newest.get(place.authority_id, 0) + 1
        if place.index != index or place.sequence != expected:
            _add(found, "order", what)
        newest[place.authority_id] = place.sequence

    def _check_subtree(self, number: int, root: bytes, found: TrailAudit) -> None:
        """The stored subtrees must be what proofs are made of."""
        with suppress(StoredDataDamaged):
            if self._tree.subtree(BLOCK_LEVEL, number) == root:
                return
        _add(found, "tree", f"khối {number}")

    def _check_root(self, frontier: Frontier, found: TrailAudit) -> None:
        with suppress(StoredDataDamaged):
            if root_of(self._tree.subtree, frontier.size) == frontier.root():
                return
        _add(found, "tree", f"{frontier.size} dòng")


def _compare(
    frontier: Frontier, waiting: list[tuple[str, TreeHead]], found: TrailAudit
) -> None:
    while waiting and waiting[-1][1].size == frontier.size:
        code, head = waiting.pop()
        if head.root != frontier.root():
            _add(found, code, f"mốc {head.size} dòng")


def _add(found: TrailAudit, code: str, what: str) -> None:
    if len(found.findings) < MOST_FINDINGS:
        found.findings.append(TrailFinding(code, what))
