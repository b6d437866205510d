"""The public trail: every row of every authority's audit trail is a leaf of one tree.

A leaf says which row it is, the row's own digest (which commits to time, actor, action
and everything else in it) and, when the row releases a file, that file's SHA-256: so a
proof for a copy shows no more of the trail than that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from certify.canonical_json import canonical_json
from certify.merkle import TreeHead, leaf_hash

LEAF_TYPE = "trail-leaf/1"
RELEASING = ("copy.release", "copy.renew", "copy.recover")
"""Actions whose rows name a released file, as `file` in their details."""
MOST_STRAY = timedelta(days=2)
"""How far the time of a row may lie before the checkpoint that it came after, or after
the one that holds it: clocks differ, and one that stepped by a day is no crime."""


@dataclass(frozen=True)
class TrailLeaf:
    """One row of a trail, as the tree commits to it.

    Attributes:
        digest: the row's digest in the chain of its authority, hex.
        file: SHA-256 (hex) of the file that it releases, None for any other row.
    """

    authority_id: str
    sequence: int
    digest: str
    file: str | None

    @property
    def hash(self) -> bytes:
        """Its hash in the tree."""
        value = {
            "type": LEAF_TYPE,
            "authority_id": self.authority_id,
            "sequence": self.sequence,
            "digest": self.digest,
            "file": self.file,
        }
        return leaf_hash(canonical_json(value).encode())


@dataclass(frozen=True)
class PlacedLeaf:
    """A place of the tree.

    Attributes:
        stored: the hash that the tree was built with.
        file: by which the tree finds it.
        leaf: made from the row as it is now; None when the row is gone.
        at: when the row says that it happened.
    """

    index: int
    authority_id: str
    sequence: int
    stored: bytes
    file: str | None
    leaf: TrailLeaf | None
    at: datetime | None

    @property
    def holds(self) -> bool:
        """True if the row is the one that the tree was built with."""
        leaf = self.leaf
        return leaf is not None and (leaf.hash, leaf.file) == (self.stored, self.file)


@dataclass(frozen=True)
class StoredCheckpoint:
    """A published checkpoint.

    Attributes:
        note: text and signature; see `certify.checkpoint`.
        token: RFC 3161 token (DER) over the note, None while no TSA has answered.
        token_at: its genTime.
    """

    head: TreeHead
    note: str
    made_at: datetime
    token: bytes | None = None
    token_at: datetime | None = None


class TrailTree(Protocol):
    """The stored tree; grows only, whoever calls it."""

    def extend(self, limit: int) -> int:
        """Make leaves of at most `limit` rows that are none yet; how many were made.

        MUST raise TrailContradicted when the rows before them are not those that the
        tree was built with: nothing is made then.
        """
        ...

    def size(self) -> int:
        """Number of leaves."""
        ...

    def subtree(self, level: int, position: int) -> bytes:
        """Return a complete subtree's hash; see `certify.merkle.Complete`.

        MUST raise StoredDataDamaged when the tree lacks it.
        """
        ...

    def leaf_of_file(self, sha256: str) -> PlacedLeaf | None:
        """Return the first leaf that releases a file."""
        ...

    def awaits(self, sha256: str) -> bool | None:
        """Tell whether the next leaves will hold the row that released a file.

        False: the register has the file, and no row to come releases it. None: the
        register has no such file.
        """
        ...

    def places(self) -> Iterator[PlacedLeaf]:
        """All leaves in order."""
        ...

    def rows_outside(self) -> int:
        """Number of rows that are no leaves yet."""
        ...

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint; one of the same size stays as it is."""
        ...

    def add_token(self, size: int, token: bytes, at: datetime) -> None:
        """Keep the token of a checkpoint; the first one stays."""
        ...

    def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of a size; the newest without one."""
        ...

    def checkpoints(self) -> Sequence[StoredCheckpoint]:
        """All, smallest first; without their tokens."""
        ...

    def refuse(self, at: datetime, what: str) -> None:
        """Record that nothing could be published, and why."""
        ...

    def refused(self) -> tuple[datetime, str] | None:
        """Return the newest refusal since the newest checkpoint, if there is one."""
        ...
