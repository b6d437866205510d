"""Attestations: where issuance stands, what is confirmed, what was released."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.annulments import AnnulmentOut
from api.schemas.cases import ID
from certify.annulment import Annulment
from certify.attestation import AttestationView, Edition
from certify.statement import AuthorisedStatement


class AttestationOut(BaseModel):
    """An attestation before and after release."""

    id: str = Field(examples=[ID])
    original_id: str
    case_id: str
    step: str = Field(examples=["released"])
    verification_code: str = Field(examples=["7K3M9QXW2R5T8VYA"])
    number: str | None = Field(examples=["01, quyển 01/2026-SCTĐT/BS"])
    waiting: str | None = Field(description="Đang chờ gì, bằng tiếng Việt")
    accepted_warnings: dict[str, str]
    annulment: AnnulmentOut | None = None

    @classmethod
    def of(
        cls, view: AttestationView, annulment: Annulment | None = None
    ) -> "AttestationOut":
        """Show a view of the core."""
        return cls(
            id=view.id,
            original_id=view.original_id,
            case_id=view.case_id,
            step=view.step.value,
            verification_code=view.verification_code,
            number=view.shown_number,
            waiting=view.waiting,
            accepted_warnings=dict(view.accepted_warnings),
            annulment=AnnulmentOut.of(annulment) if annulment else None,
        )


class StatementOut(BaseModel):
    """What a signatory would confirm now; number and time are given at issue."""

    content_digest: str = Field(
        description="Gửi lại khi xác nhận: chứng minh đúng nội dung đã xem"
    )
    authority_name: str
    case_code: str
    original_title: str
    original_issuer: str
    original_pages: int
    copies: int
    page_digest: str
    requester_name: str
    officer_name: str
    signatory_name: str
    signatory_title: list[str]
    wording: str
    fee_dong: int
    expires_at: str

    @classmethod
    def of(cls, statement: AuthorisedStatement) -> "StatementOut":
        """Show a statement of the core."""
        return cls(
            content_digest=statement.content_digest,
            authority_name=statement.authority_name,
            case_code=statement.case_code,
            original_title=statement.original_title,
            original_issuer=statement.original_issuer,
            original_pages=statement.original_pages,
            copies=statement.copies,
            page_digest=statement.page_digest,
            requester_name=statement.requester_name,
            officer_name=statement.officer_name,
            signatory_name=statement.signatory_name,
            signatory_title=list(statement.signatory_title),
            wording=statement.wording,
            fee_dong=statement.fee_dong,
            expires_at=statement.expires_at,
        )


class ConfirmationIn(BaseModel):
    """One act of a signatory over a list of attestations."""

    model_config = ConfigDict(extra="forbid")

    signatory: str = Field(max_length=64)
    attestations: list[str] = Field(min_length=1, max_length=200, examples=[[ID]])
    content_digests: dict[str, str] = Field(
        min_length=1,
        max_length=200,
        description="attestation → content_digest đã xem, đủ mọi bản sao trong danh "
        "sách; khác thì từ chối",
    )


class EditionOut(BaseModel):
    """A released file."""

    attestation_id: str
    sequence: int
    sha256: str
    size_bytes: int
    reason: str
    released_at: datetime

    @classmethod
    def of(cls, edition: Edition) -> "EditionOut":
        """Show an edition of the core."""
        return cls(
            attestation_id=edition.attestation_id,
            sequence=edition.sequence,
            sha256=edition.stored.sha256,
            size_bytes=edition.stored.size_bytes,
            reason=edition.reason,
            released_at=edition.released_at,
        )
