"""Merkle trees over ordered entries: hashes, roots and proofs. RFC 6962 §2.1.

Nothing here holds a whole tree. A proof asks for the hashes of complete subtrees
(`Complete`), of which it needs as many as the tree is high.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()  # RFC 6962 §2.1: MTH({})

Complete: TypeAlias = Callable[[int, int], bytes]
"""Hash of the complete subtree (level, position) of leaves
[position * 2**level, (position + 1) * 2**level)."""


class MerkleError(ValueError):
    """A proof does not prove what it is held against."""


@dataclass(frozen=True)
class TreeHead:
    """A tree of `size` entries and its root hash (32 bytes)."""

    size: int
    root: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry; the prefix keeps leaves apart from nodes (RFC 6962 §2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over complete neighbours; their number is a power of two."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ValueError("not a power of two")
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


class Frontier:
    """The right edge of a growing tree: its root, in O(log n) memory."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self.size = 0
        self._edge: list[bytes] = []  # complete subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Append the hash of the next leaf."""
        size, made = self.size, leaf
        while size & 1:
            made = node_hash(self._edge.pop(), made)
            size >>= 1
        self._edge.append(made)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        made = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            made = node_hash(left, made)
        return made


def root_of(complete: Complete, size: int) -> bytes:
    """Return the root of the first `size` leaves."""
    return _range_root(complete, 0, size) if size else EMPTY_ROOT


def inclusion_path(complete: Complete, index: int, size: int) -> tuple[bytes, ...]:
    """Return the audit path of a leaf (RFC 6962 §2.1.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(complete, middle, end))
            end = middle
        else:
            path.append(_range_root(complete, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(complete: Complete, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the first `old` of `new` leaves are the old tree's.

    RFC 6962 §2.1.2; empty for two equal sizes and for an empty old tree.

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError("sizes out of order")
    if old in (0, new):
        return ()
    path, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(complete, middle, end))
            end = middle
        else:
            path.append(_range_root(complete, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(complete, start, end))
    return tuple(reversed(path))


def check_inclusion(
    leaf: bytes, index: int, path: Sequence[bytes], head: TreeHead
) -> None:
    """Check that a leaf stands at `index` of a tree (RFC 9162 §2.1.3.2).

    Raises:
        MerkleError: it does not, or the path is not one of such a leaf.
    """
    if not 0 <= index < head.size:
        raise MerkleError("no such leaf")
    node, last, made = index, head.size - 1, leaf
    for sibling in _hashes(path):
        if last == 0:
            raise MerkleError("the path is too long")
        if node & 1 or node == last:
            made = node_hash(sibling, made)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        node, last = node >> 1, last >> 1
    if last or made != head.root:
        raise MerkleError("another root")


def check_consistency(old: TreeHead, new: TreeHead, path: Sequence[bytes]) -> None:
    """Check that a tree only grew (RFC 9162 §2.1.4.2).

    An empty old tree is in every tree; it proves nothing.

    Raises:
        MerkleError: the new one does not begin with the old one.
    """
    if not 0 <= old.size <= new.size:
        raise MerkleError("the tree became smaller")
    if old.size in (0, new.size):
        same = old.root == (new.root if old.size else EMPTY_ROOT)
        if path or not same:
            raise MerkleError("another root for the same size")
        return
    steps = list(_hashes(path))
    if not old.size & (old.size - 1):
        steps.insert(0, old.root)
    if not steps:
        raise MerkleError("the path is empty")
    _climb(old, new, steps)


def _climb(old: TreeHead, new: TreeHead, steps: list[bytes]) -> None:
    """Compute both roots from one path and hold them against the heads."""
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_made = new_made = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise MerkleError("the path is too long")
        if node & 1 or node == last:
            old_made, new_made = node_hash(step, old_made), node_hash(step, new_made)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_made = node_hash(new_made, step)
        node, last = node >> 1, last >> 1
    if last or old_made != old.root or new_made != new.root:
        raise MerkleError("another root")


def _hashes(path: Sequence[bytes]) -> Iterator[bytes]:
    for one in path:
        if len(one) != HASH_BYTES:
            raise MerkleError("not a hash")
        yield one


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (RFC 6962 §2.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(complete: Complete, start: int, end: int) -> bytes:
    """Return the root over leaves [start, end); what RFC 6962 splits off is aligned."""
    count = end - start
    if not count & (count - 1):
        return complete(count.bit_length() - 1, start // count)
    middle = start + _split(count)
    return node_hash(
        _range_root(complete, start, middle), _range_root(complete, middle, end)
    )
