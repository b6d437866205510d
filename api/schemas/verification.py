"""The answer to a verification, and the few facts a code alone gives."""

from datetime import datetime

from pydantic import BaseModel, Field
from typing_extensions import override

from api.common_papers import public_type
from api.schemas.annulments import AnnulmentOut
from certify.attestation import CertifiedCopy
from certify.inspection import SignatureFacts
from certify.verdict import VERDICT_TEXTS, Verdict
from certify.verify import Report


class SignatureOut(BaseModel):
    """A signature or timestamp: who and when; nothing private."""

    kind: str = Field(examples=["signature"])
    field: str
    indication: str = Field(examples=["TOTAL-PASSED"])
    sub_indication: str
    intact: bool
    signer: str
    title: str
    organisation: str
    proven_time: str | None

    @classmethod
    def of(cls, facts: SignatureFacts) -> "SignatureOut":
        """Show the facts of the core."""
        return cls(
            kind=facts.kind,
            field=facts.field,
            indication=facts.indication.value,
            sub_indication=facts.sub_indication,
            intact=facts.intact,
            signer=facts.signer,
            title=facts.title,
            organisation=facts.organisation,
            proven_time=facts.proven_time,
        )


class RegisterFacts(BaseModel):
    """What the register tells anybody: never the requester nor a page."""

    code: str = Field(examples=["7K3M9QXW2R5T8VYA"])
    status: str = Field(examples=["issued"])
    authority: str = Field(examples=["Ủy ban nhân dân xã Mường Tè"])
    number: str = Field(examples=["01, quyển 01/2026-SCTĐT/BS"])
    attested_at: datetime
    document_type: str = Field(examples=["Giấy khai sinh"])
    sha256: str = Field(description="Của tệp mới nhất")
    annulment: AnnulmentOut | None = None

    @classmethod
    def of(cls, copy: CertifiedCopy) -> "RegisterFacts":
        """Show a released copy of the core."""
        return cls(
            code=copy.statement.verification_code,
            status="annulled" if copy.annulment else "issued",
            authority=copy.statement.authority_name,
            number=copy.shown_number,
            attested_at=copy.attested_at,
            document_type=public_type(copy.statement.original_title),
            sha256=copy.newest.stored.sha256,
            annulment=AnnulmentOut.of(copy.annulment) if copy.annulment else None,
        )


class CodeOut(RegisterFacts):
    """By code alone nothing is green: the colour is amber, or red when annulled."""

    colour: str = "amber"
    word: str = "Đã cấp"
    sentence: str = "Đã cấp; hãy đối chiếu tệp."

    @classmethod
    @override
    def of(cls, copy: CertifiedCopy) -> "CodeOut":
        """Show a released copy of the core."""
        facts = RegisterFacts.of(copy).model_dump()
        if copy.annulment is None:
            return cls(**facts)
        text = VERDICT_TEXTS[Verdict.ANNULLED]
        return cls(
            **facts,
            colour=text.colour.value,
            word=text.word,
            sentence=f"Bản sao {copy.annulment.sentence}.",
        )


class ReportOut(BaseModel):
    """The judgement of one file."""

    verdict: str = Field(examples=["ours_in_force"])
    colour: str = Field(examples=["green"])
    word: str = Field(examples=["Hợp lệ"])
    sentence: str
    exit_code: int
    problems: list[str]
    level: str = Field(examples=["PAdES-B-LTA"])
    sha256: str
    size_bytes: int
    page_count: int
    signatures: list[SignatureOut]
    register_facts: RegisterFacts | None
    annulment: AnnulmentOut | None = None

    @classmethod
    def of(cls, report: Report) -> "ReportOut":
        """Show a report of the core."""
        text = report.text
        seen = report.inspection
        return cls(
            verdict=report.verdict.value,
            colour=text.colour.value,
            word=text.word,
            sentence=text.sentence,
            exit_code=text.exit_code,
            problems=list(report.problems),
            level=seen.level,
            sha256=seen.sha256,
            size_bytes=seen.size_bytes,
            page_count=seen.page_count,
            signatures=[SignatureOut.of(facts) for facts in seen.signatures],
            register_facts=RegisterFacts.of(report.copy) if report.copy else None,
            annulment=AnnulmentOut.of(report.annulment) if report.annulment else None,
        )
