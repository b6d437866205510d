"""Refusals, reports of violation, and what the tables of the law offer."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.cases import ID
from certify.desk_papers import SuspicionTyped
from certify.desk_record import DeskRecord, Refusal, Suspicion
from certify.legal_tables import LegalEntry


class RefusalIn(BaseModel):
    """Why a paper is refused; the reasons are at `/api/v1/legal-tables`."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=40, examples=["altered"])
    detail: str = Field("", max_length=2000, examples=["Năm sinh bị cạo sửa"])


class WithdrawalIn(BaseModel):
    """Why a refusal is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=2000, examples=["Nhìn nhầm vết gấp là vết sửa"])


class ReportIn(BaseModel):
    """What was seen and done about a suspicious paper."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40, examples=["forged"])
    seen: str = Field(max_length=2000, examples=["Dấu in bằng máy in màu"])
    measures: list[str] = Field(max_length=20, examples=[["file_kept"]])
    receiver: str = Field("", max_length=400)
    requester_says: str = Field("", max_length=2000)
    witness: str = Field("", max_length=400)

    def to_typed(self) -> SuspicionTyped:
        """Turn into the core's type."""
        return SuspicionTyped(**self.model_dump())


class WithdrawalOut(BaseModel):
    """A refusal taken back."""

    officer: str
    made_at: datetime
    reason: str


class RecordOut(BaseModel):
    """A refusal or a report, as printed."""

    id: str = Field(examples=[ID])
    kind: Literal["refusal", "forgery"]
    number: str = Field(examples=["01/2026/PTC"])
    case_id: str
    original_id: str
    made_at: datetime
    in_force: bool
    requester: str
    title: str
    officer: str
    code: str
    reason: str
    citation: str
    detail: str = Field(description="Giải thích, hoặc nội dung phát hiện")
    remedies: list[str] = Field(description="Quyền của người bị từ chối")
    measures: list[str] = Field(description="Việc đã làm với giấy tờ")
    receiver: str
    withdrawal: WithdrawalOut | None

    @classmethod
    def of(cls, record: DeskRecord) -> "RecordOut":
        """Show a record of the core."""
        content, withdrawn = record.content, record.withdrawal
        refusal = content if isinstance(content, Refusal) else None
        report = content if isinstance(content, Suspicion) else None
        return cls(
            id=record.id,
            kind=record.kind.value,
            number=record.shown_number,
            case_id=record.case_id,
            original_id=record.original_id,
            made_at=record.made_at,
            in_force=record.in_force,
            requester=record.heading.requester,
            title=record.heading.title,
            officer=record.heading.officer,
            code=content.code,
            reason=content.reason,
            citation=content.citation,
            detail=content.detail if isinstance(content, Refusal) else content.seen,
            remedies=list(refusal.remedies) if refusal else [],
            measures=list(report.measures) if report else [],
            receiver=report.receiver if report else "",
            withdrawal=withdrawn
            and WithdrawalOut(
                officer=withdrawn.officer,
                made_at=withdrawn.made_at,
                reason=withdrawn.reason,
            ),
        )


class LegalEntryOut(BaseModel):
    """A row in force today."""

    code: str
    text: str
    citation: str
    valid_from: date
    valid_to: date | None
    confirmed: bool = Field(description="Đã đọc văn bản chính thức")

    @classmethod
    def of(cls, row: LegalEntry) -> "LegalEntryOut":
        """Show a row of the core."""
        return cls(
            code=row.code,
            text=row.text,
            citation=row.citation,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            confirmed=row.confirmed,
        )


class LegalTablesOut(BaseModel):
    """What an officer may choose today."""

    refusal_reasons: list[LegalEntryOut]
    suspicions: list[LegalEntryOut]
    measures: list[LegalEntryOut]
    exemptions: list[LegalEntryOut]
    vneid_papers: list[LegalEntryOut]
