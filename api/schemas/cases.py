"""Cases and the papers in them."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from certify.case import Case, Original
from certify.fees import CaseFee
from certify.people import Requester

ID = "0f3c8a52b1d94e7f8a6b5c4d3e2f1a0b"


class NewRequester(BaseModel):
    """Who asks for the copy."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=400, examples=["Lò Thị Mai"])
    email: str | None = Field(None, max_length=254, examples=["mai@example.vn"])
    phone: str | None = Field(None, max_length=32, examples=["0912345678"])

    def to_requester(self) -> Requester:
        """Turn into the core's type."""
        return Requester(name=self.name, email=self.email, phone=self.phone)


class NewCase(BaseModel):
    """A visit to open."""

    model_config = ConfigDict(extra="forbid")

    requester: NewRequester


class NewOriginal(BaseModel):
    """A paper to add to a visit."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(max_length=400, examples=["Giấy khai sinh"])
    issuer: str = Field("", max_length=400, examples=["UBND xã Mường Tè"])
    copies: int = Field(1, ge=1, le=1000)
    declared_pages: int | None = Field(
        None, ge=1, le=300, description="Số trang có thông tin đếm trên bản chính"
    )


class OriginalBrief(BaseModel):
    """A paper of a case, without its scan."""

    id: str = Field(examples=[ID])
    position: int
    title: str
    issuer: str
    copies: int
    declared_pages: int | None
    has_scan: bool
    attestation_id: str | None

    @classmethod
    def of(cls, original: Original) -> "OriginalBrief":
        """Show an original of the core."""
        return cls(
            id=original.id,
            position=original.position,
            title=original.title,
            issuer=original.issuer,
            copies=original.copies,
            declared_pages=original.declared_pages,
            has_scan=original.scan is not None,
            attestation_id=original.attestation_id,
        )


class CaseBrief(BaseModel):
    """A case as a list shows it."""

    id: str = Field(examples=[ID])
    code: str = Field(examples=["H35.12.3-261122-0001"])
    status: int = Field(description="Trạng thái hồ sơ 1–10", examples=[2])
    requester_name: str
    opened_at: datetime
    due_at: datetime

    @classmethod
    def of(cls, case: Case) -> "CaseBrief":
        """Show a case of the core."""
        return cls(
            id=case.id,
            code=case.code,
            status=int(case.status),
            requester_name=case.requester.name,
            opened_at=case.opened_at,
            due_at=case.due_at,
        )


class CaseFull(CaseBrief):
    """A case with its papers and what they cost."""

    originals: list[OriginalBrief]
    fee_dong: int = Field(description="Phí của hồ sơ, đồng", examples=[12000])
    fee_final: bool = Field(description="Đúng khi mọi giấy tờ đã được xác nhận")

    @classmethod
    def full(
        cls, case: Case, originals: Sequence[Original], fee: CaseFee
    ) -> "CaseFull":
        """Show a case of the core with its originals."""
        return cls(
            **CaseBrief.of(case).model_dump(),
            originals=[OriginalBrief.of(original) for original in originals],
            fee_dong=fee.dong,
            fee_final=fee.final,
        )


class CasePage(BaseModel):
    """One page of the list, newest first."""

    page: int
    pages: int
    total: int
    cases: list[CaseBrief]
