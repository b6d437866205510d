"""Annulments: the decision that comes in, the published row that goes out."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from certify.annulment import Annulment, Decision


class AnnulmentIn(BaseModel):
    """The Chairman's decision on one copy."""

    model_config = ConfigDict(extra="forbid")

    signatory: str = Field(max_length=64, description="Chủ tịch ra quyết định")
    decision_number: str = Field(max_length=200, examples=["12/QĐ-UBND"])
    decided_on: date
    reason: str = Field(
        max_length=1000, description="Hiện công khai: không ghi dữ liệu cá nhân"
    )

    def decision(self) -> Decision:
        """Return what the core takes."""
        return Decision(self.decision_number, self.decided_on, self.reason)


class AnnulmentOut(BaseModel):
    """An annulled copy as published; nothing in it is personal."""

    cursor: int
    code: str = Field(examples=["7K3M9QXW2R5T8VYA"])
    number: str = Field(examples=["01, quyển 01/2026-SCTĐT/BS"])
    authority: str
    decision_number: str
    decided_on: date
    reason: str
    annulled_at: datetime

    @classmethod
    def of(cls, annulment: Annulment) -> "AnnulmentOut":
        """Show an annulment of the core."""
        return cls(
            cursor=annulment.cursor,
            code=annulment.code,
            number=annulment.shown_number,
            authority=annulment.authority_name,
            decision_number=annulment.decision.number,
            decided_on=annulment.decision.decided_on,
            reason=annulment.decision.reason,
            annulled_at=annulment.annulled_at,
        )


class AnnulmentFeed(BaseModel):
    """A page of the feed; ask again with `since` = `next`."""

    next: int
    more: bool
    annulments: list[AnnulmentOut]
