"""Checks a copy's proof without the service, against what somebody kept.

Two things can be kept: a checkpoint, and any other copy, whose signed record carries
the size and root of the trail at its making. A service that rewrote its trail since
then cannot make a proof that goes on from either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from certify.checkpoint import Checkpoint, NoteError, NoteKey
from certify.merkle import HASH_BYTES, MerkleError, TreeHead
from certify.trail_proof import TrailProof, check_growth, check_proof

GOOD, BROKEN, UNKNOWN = 0, 1, 3


@dataclass(frozen=True)
class Earlier:
    """A state of the trail that was kept: by whom, in Vietnamese, and its head."""

    name: str
    head: TreeHead


@dataclass(frozen=True)
class TrailCheck:
    """The answer.

    Attributes:
        checkpoint: the proof's, None when it is not to be believed.
        broken: what is wrong, Vietnamese; one is enough to distrust.
        missing: what could not be compared.
        compared: the names of what was compared and found good.
    """

    checkpoint: Checkpoint | None
    broken: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 proven, 1 wrong, 3 undetermined."""
        if self.broken:
            return BROKEN
        return UNKNOWN if self.missing else GOOD


def check_trail(
    proof: TrailProof,
    sha256: str,
    keys: Sequence[NoteKey],
    earlier: Iterable[Earlier] = (),
) -> TrailCheck:
    """Check a proof of a file, then that its trail goes on from each kept state."""
    if not keys:
        return TrailCheck(None, missing=("thư mục tin cậy không có khóa của mốc",))
    try:
        checkpoint = check_proof(proof, sha256, keys)
    except NoteError:
        return TrailCheck(
            None, broken=("mốc trong bằng chứng không có chữ ký đúng của dịch vụ",)
        )
    except MerkleError:
        return TrailCheck(
            None, broken=("bằng chứng không phải của tệp này, hoặc đã bị sửa",)
        )
    broken, missing, compared = [], [], []
    for kept in earlier:
        size = kept.head.size
        try:
            check_growth(proof, kept.head, checkpoint.head)
        except MerkleError:
            broken.append(f"nhật ký đã bị viết lại từ sau {kept.name} ({size} dòng)")
        except LookupError:
            missing.append(
                f"bằng chứng chưa nối với {kept.name}; hãy lấy bằng chứng mới với "
                f"since={size}"
            )
        else:
            compared.append(f"{kept.name} ({size} dòng)")
    return TrailCheck(checkpoint, tuple(broken), tuple(missing), tuple(compared))


def head_in_record(record: Mapping[str, str]) -> TreeHead | None:
    """Return the trail's head that a copy's signed record carries, if it has one."""
    try:
        size = int(record["checkpoint_size"])
        root = bytes.fromhex(record["checkpoint_root"])
    except (KeyError, ValueError):
        return None
    if size < 1 or len(root) != HASH_BYTES:
        return None
    return TreeHead(size, root)
