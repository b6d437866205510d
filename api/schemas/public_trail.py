"""The public trail in JSON: checkpoints and proofs. Hashes are base64."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from certify.public_trail import StoredCheckpoint
from certify.trail_proof import Growth, TrailProof


class LeafOut(BaseModel):
    """One row of the trail: which, its digest, and the file it releases."""

    authority_id: str
    sequence: int
    digest: str
    file: str | None


class GrowthOut(BaseModel):
    """The trail of `size` rows is the beginning of the checkpoint's."""

    size: int
    path: list[str]

    @classmethod
    def of(cls, growth: Growth) -> "GrowthOut":
        """Show a proof of the core."""
        return cls(size=growth.size, path=[_text(one) for one in growth.path])


class ProofOut(BaseModel):
    """A copy's proof, as `certify verify --proof` reads it."""

    type: str = Field(examples=["trail-proof/1"])
    leaf: LeafOut
    leaf_index: int
    path: list[str] = Field(description="RFC 6962 §2.1.1, base64")
    checkpoint: str = Field(description="Mốc kiểm chứng có chữ ký (C2SP signed-note)")
    timestamp: str | None = Field(description="Dấu thời gian RFC 3161 (DER, base64)")
    consistency: list[GrowthOut]

    @classmethod
    def of(cls, proof: TrailProof) -> "ProofOut":
        """Show a proof of the core."""
        value: dict[str, Any] = proof.to_json()
        return cls.model_validate(value)


class CheckpointOut(BaseModel):
    """A published checkpoint."""

    size: int = Field(description="Số dòng của nhật ký")
    root: str = Field(description="Gốc cây, base64")
    published_at: datetime
    checkpoint: str = Field(description="Văn bản có chữ ký, giữ nguyên từng ký tự")
    timestamp: str | None = Field(description="Dấu thời gian RFC 3161 (DER, base64)")
    timestamp_at: datetime | None

    @classmethod
    def of(cls, stored: StoredCheckpoint) -> "CheckpointOut":
        """Show a checkpoint of the core."""
        return cls(
            size=stored.head.size,
            root=_text(stored.head.root),
            published_at=stored.made_at,
            checkpoint=stored.note,
            timestamp=_text(stored.token) if stored.token else None,
            timestamp_at=stored.token_at,
        )


class ConsistencyOut(BaseModel):
    """The earlier checkpoint's trail is the beginning of the later one's."""

    earlier: int
    later: int
    path: list[str] = Field(description="RFC 6962 §2.1.2, base64")


def _text(data: bytes) -> str:
    return b64encode(data).decode()
