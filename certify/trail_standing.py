"""What the public trail says of a file that was just judged."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from certify.checkpoint import NoteKey, open_note
from certify.clock import VIETNAM
from certify.errors import (
    CertifyError,
    NotFound,
    ProofPending,
    StoredDataDamaged,
    TrailContradicted,
    TryLater,
)
from certify.trail_proof import ProveTrail, TrailProof


class TrailState(StrEnum):
    """Closed list."""

    PROVEN = "proven"
    PENDING = "pending"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class TrailStanding:
    """One file's place in the public trail.

    Attributes:
        sentence: Vietnamese.
        proof: for PROVEN only.
    """

    state: TrailState
    sentence: str
    proof: TrailProof | None = None


class TrailStandings(Protocol):
    """Tells where a released file stands; None when the trail cannot be asked."""

    def __call__(self, sha256: str) -> TrailStanding | None: ...  # noqa: D102 - the class says it


class StandingInTrail:
    """Asks the stored tree."""

    def __init__(
        self, *, prove: ProveTrail, keys: Callable[[], Sequence[NoteKey]]
    ) -> None:
        """Take what proves, and what reads the keys of the checkpoints."""
        self._prove = prove
        self._keys = keys

    def __call__(self, sha256: str) -> TrailStanding | None:
        """Return the standing of a released file; never fails a verification."""
        try:
            keys = self._keys()
        except CertifyError:  # a file of ours: nothing is known against the trail
            return None
        try:
            proof = self._prove.proof(sha256)
            checkpoint = open_note(proof.note, keys)
        except (NotFound, ProofPending):
            return TrailStanding(TrailState.PENDING, self._pending())
        except (TrailContradicted, StoredDataDamaged, ValueError):
            return TrailStanding(TrailState.CONTRADICTED, CONTRADICTED)
        except TryLater:
            return None
        sentence = (
            f"Có trong nhật ký công khai, mốc {checkpoint.head.size} dòng công bố "
            f"lúc {checkpoint.at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}."
        )
        return TrailStanding(TrailState.PROVEN, sentence, proof)

    def _pending(self) -> str:
        with suppress(CertifyError):
            if self._prove.refused() is not None:
                return HALTED
        return PENDING


PENDING = (
    "Chưa vào mốc kiểm chứng; bản sao vừa phát hành vào mốc tiếp theo, tối đa 5 phút."
)
HALTED = (
    "Chưa vào mốc kiểm chứng: hệ thống đang dừng công bố mốc mới, "
    "xem trang Nhật ký công khai."
)
CONTRADICTED = "nhật ký của cơ quan cấp không còn khớp với mốc đã công bố"
