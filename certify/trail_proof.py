"""A copy's proof: its release is a row of the trail that everybody was shown.

The proof holds one leaf, its audit path to a signed checkpoint, and for checkpoints
kept earlier the proof that the trail only grew since. Checking it needs the public key
of the trust folder and nothing of the service.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from certify.canonical_json import canonical_json
from certify.checkpoint import Checkpoint, NoteKey, open_note
from certify.errors import (
    CertifyError,
    InvalidInput,
    NotFound,
    ProofPending,
    TrailContradicted,
)
from certify.merkle import (
    MerkleError,
    TreeHead,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
)
from certify.public_trail import StoredCheckpoint, TrailLeaf, TrailTree

PROOF_TYPE = "trail-proof/1"
MAX_PROOF_BYTES = 256 * 1024
MAX_SINCE = 8
"""Earlier checkpoints that one proof can be asked to go on from."""


@dataclass(frozen=True)
class Growth:
    """Proof that the checkpoint's tree begins with the tree of `size` leaves."""

    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True)
class TrailProof:
    """A copy's proof; everything in it may be given to anybody.

    Attributes:
        path: from the leaf to the root of the checkpoint.
        note: the signed checkpoint.
        token: RFC 3161 token over the note (DER), None while no TSA has answered.
        growths: from earlier sizes to the checkpoint's.
    """

    leaf: TrailLeaf
    index: int
    path: tuple[bytes, ...]
    note: str
    token: bytes | None = None
    growths: tuple[Growth, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "type": PROOF_TYPE,
            "leaf": asdict(self.leaf),
            "leaf_index": self.index,
            "path": _texts(self.path),
            "checkpoint": self.note,
            "timestamp": b64encode(self.token).decode() if self.token else None,
            "consistency": [
                {"size": growth.size, "path": _texts(growth.path)}
                for growth in self.growths
            ],
        }

    def encode(self) -> str:
        """One line of canonical JSON."""
        return canonical_json(self.to_json()) + "\n"


def decode_proof(data: bytes) -> TrailProof:
    """Read a proof.

    Raises:
        InvalidInput: it is none.
    """
    try:
        value = _of_this_type(json.loads(data[: MAX_PROOF_BYTES + 1]))
        token = value["timestamp"]
        return TrailProof(
            leaf=_leaf(value["leaf"]),
            index=_count(value["leaf_index"]),
            path=_hashes(value["path"]),
            note=str(value["checkpoint"]),
            token=b64decode(token, validate=True) if token is not None else None,
            growths=tuple(
                Growth(_count(one["size"]), _hashes(one["path"]))
                for one in value["consistency"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(
            field="Bằng chứng nhật ký", reason="tệp không phải bằng chứng"
        ) from error


def check_proof(proof: TrailProof, sha256: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """Check that a file's release stands in a checkpoint that our key signed.

    Returns:
        The checkpoint.

    Raises:
        NoteError: the checkpoint is not signed by one of the keys.
        MerkleError: the proof is of another file, or does not lead to the checkpoint.
    """
    checkpoint = open_note(proof.note, keys)
    if proof.leaf.file != sha256:
        raise MerkleError("another file")
    check_inclusion(proof.leaf.hash, proof.index, proof.path, checkpoint.head)
    return checkpoint


def check_growth(proof: TrailProof, earlier: TreeHead, now: TreeHead) -> None:
    """Check that the proof's checkpoint goes on from an earlier one.

    Raises:
        LookupError: the proof does not say; a newer one must be asked for.
        MerkleError: it does not go on: one of the two trails is not the real one.
    """
    if earlier.size > now.size:
        raise LookupError
    if earlier.size == now.size:
        check_consistency(earlier, now, ())
        return
    for growth in proof.growths:
        if growth.size == earlier.size:
            check_consistency(earlier, now, growth.path)
            return
    raise LookupError


class ProveTrail:
    """Answers with proofs from the stored tree; uses no key."""

    def __init__(self, *, tree: TrailTree) -> None:
        """Take the tree."""
        self._tree = tree

    def checkpoint(self, size: int | None = None) -> StoredCheckpoint:
        """Return the newest checkpoint, or that of a size.

        Raises:
            NotFound: there is none.
        """
        found = self._tree.checkpoint(size)
        if found is None:
            raise NotFound(what="mốc kiểm chứng này")
        return found

    def refused(self) -> tuple[datetime, str] | None:
        """Return when and why nothing new is published, None while all is well."""
        return self._tree.refused()

    def growth(self, earlier: int, later: int) -> Growth:
        """Return the proof between two published checkpoints.

        Raises:
            NotFound: one of them was not published.
            InvalidInput: they are not in order.
        """
        if not 0 < earlier <= later:
            raise InvalidInput(field="Mốc", reason="mốc trước phải nhỏ hơn mốc sau")
        for size in (earlier, later):
            self.checkpoint(size)
        path = consistency_path(self._tree.subtree, earlier, later)
        return Growth(earlier, path)

    def proof(self, sha256: str, since: Sequence[int] = ()) -> TrailProof:
        """Return the proof of a released file at the newest checkpoint.

        Args:
            sha256: of the file, hex; whoever has no copy cannot ask for it.
            since: sizes of earlier checkpoints, `MAX_SINCE` at most.

        Raises:
            NotFound: no such file was released.
            ProofPending: it was, and the next checkpoint will hold it.
            InvalidInput: too many or impossible sizes.
            TrailContradicted: the row is not the one that was published, or there
                is none.
        """
        place, newest = self._tree.leaf_of_file(sha256), self._tree.checkpoint()
        if place is None:
            raise self._without_leaf(sha256)
        if newest is None or place.index >= newest.head.size:
            raise ProofPending
        if place.leaf is None or not place.holds or place.leaf.file != sha256:
            raise TrailContradicted(what=f"dòng {place.sequence}")
        size = newest.head.size
        sizes = sorted({one for one in since if one != size})
        if len(sizes) > MAX_SINCE or (sizes and not 0 < sizes[0] <= sizes[-1] < size):
            raise InvalidInput(
                field="Mốc đã giữ", reason=f"phải từ 1 đến {size}, nhiều nhất 8 mốc"
            )
        made = TrailProof(
            leaf=place.leaf,
            index=place.index,
            path=inclusion_path(self._tree.subtree, place.index, size),
            note=newest.note,
            token=newest.token,
            growths=tuple(
                Growth(one, consistency_path(self._tree.subtree, one, size))
                for one in sizes
            ),
        )
        # What is handed out must hold: the stored tree may have been tampered with.
        try:
            check_inclusion(place.leaf.hash, place.index, made.path, newest.head)
        except MerkleError as error:
            raise TrailContradicted(what=f"mốc {size} dòng") from error
        return made

    def _without_leaf(self, sha256: str) -> CertifyError:
        """Say why; a file and the row that releases it are written together."""
        match self._tree.awaits(sha256):
            case None:
                return NotFound(what="tệp này trong nhật ký công khai")
            case False:
                return TrailContradicted(what="tệp đã cấp mà nhật ký không ghi")
            case _:
                return ProofPending()


def _of_this_type(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict) or value.get("type") != PROOF_TYPE:
        raise ValueError("another type")
    return value


def _leaf(value: dict[str, Any]) -> TrailLeaf:
    """Read a leaf of which a hash can be made, whatever the file held."""
    leaf = TrailLeaf(**value)
    _count(leaf.sequence)
    "".join((leaf.authority_id, leaf.digest, leaf.file or "")).encode()
    return leaf


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def _hashes(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(b64decode(text, validate=True) for text in texts)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a number")
    return value
