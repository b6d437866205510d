"""The answer to a verification, and the few facts a code alone gives."""

from datetime import datetime

from pydantic import BaseModel, Field
from typing_extensions import override

from api.common_papers import public_type
from api.many_files import JudgedFile
from api.schemas.annulments import AnnulmentOut
from api.schemas.public_trail import ProofOut
from certify.attestation import CertifiedCopy
from certify.indication_causes import cause_of
from certify.inspection import SignatureFacts
from certify.trail_standing import TrailStanding
from certify.verdict import VERDICT_TEXTS, Verdict
from certify.verify import Report


class SignatureOut(BaseModel):
    """A signature or timestamp: who and when; nothing private.

    Indications are those of ETSI EN 319 102-1 §5.1.3; `cause` says the sub-indication
    in Vietnamese.
    """

    kind: str = Field(examples=["signature"])
    field: str
    indication: str = Field(examples=["TOTAL-PASSED"])
    sub_indication: str
    cause: str
    intact: bool
    signer: str
    title: str
    organisation: str
    claimed_time: str | None = Field(description="Do người ký tự ghi")
    proven_time: str | None = Field(description="Do dấu thời gian chứng minh")
    level: str = Field(examples=["PAdES-B-LTA"])
    coverage: str = Field(examples=["file", "revision", "part"])
    changes_since: str = Field(examples=["none", "allowed", "forbidden"])
    certification_permission: int | None
    permissions_respected: bool
    chain: list[str] = Field(description="Tên các CA, từ nơi cấp trở lên")
    certificate_sha256: str
    certificate_valid_from: str | None
    certificate_valid_to: str | None

    @classmethod
    def of(cls, facts: SignatureFacts) -> "SignatureOut":
        """Show the facts of the core."""
        return cls(
            kind=facts.kind,
            field=facts.field,
            indication=facts.indication.value,
            sub_indication=facts.sub_indication,
            cause=cause_of(facts.sub_indication),
            intact=facts.intact,
            signer=facts.signer,
            title=facts.title,
            organisation=facts.organisation,
            claimed_time=facts.claimed_time,
            proven_time=facts.proven_time,
            level=facts.level,
            coverage=facts.coverage,
            changes_since=facts.changes_since,
            certification_permission=facts.certification,
            permissions_respected=facts.docmdp_ok,
            chain=list(facts.chain),
            certificate_sha256=facts.certificate_sha256,
            certificate_valid_from=facts.valid_from,
            certificate_valid_to=facts.valid_to,
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


class PolicyOut(BaseModel):
    """By what it was judged; the same digest means the same rules and trust."""

    id: str = Field(examples=["certified-copy-verification/1"])
    digest: str
    manifest_sha256: str
    roster: str = Field(description="Danh bạ: <id>#<số thứ tự>, rỗng nếu không dùng")
    annulments: str = Field(description="Danh sách hủy bỏ, cùng cách ghi")
    register_asked: bool = Field(description="Có tra sổ chứng thực hay không")


class TrailOut(BaseModel):
    """Where the file's release stands in the public trail."""

    state: str = Field(examples=["proven", "pending", "contradicted"])
    sentence: str
    proof: ProofOut | None

    @classmethod
    def of(cls, standing: TrailStanding) -> "TrailOut":
        """Show a standing of the core."""
        return cls(
            state=standing.state.value,
            sentence=standing.sentence,
            proof=ProofOut.of(standing.proof) if standing.proof else None,
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
    policy: PolicyOut
    trail: TrailOut | None = None

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
            policy=PolicyOut(**report.policy.to_json()),
            trail=TrailOut.of(report.trail) if report.trail else None,
        )


class FileReportOut(BaseModel):
    """One of several files: its report, or why there is none."""

    file: str
    colour: str
    word: str
    sentence: str
    exit_code: int
    report: ReportOut | None

    @classmethod
    def of(cls, judged: JudgedFile) -> "FileReportOut":
        """Show one row."""
        text = judged.text
        return cls(
            file=judged.name,
            colour=text.colour.value,
            word=text.word,
            sentence=text.sentence,
            exit_code=text.exit_code,
            report=ReportOut.of(judged.report) if judged.report else None,
        )
