"""A paper with its scan, and the officer's record of the comparison."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.arrangement import ArrangementOut
from api.schemas.cases import ID, OriginalBrief
from certify.case import Original, OriginalKind, StoredScan
from certify.comparison import Comparison, Legalisation, RefusalGround
from certify.known import Known
from certify.legal_tables import LegalEntry
from certify.scan import Finding


class FindingOut(BaseModel):
    """One thing a check has to say about a scan."""

    code: str = Field(examples=["resolution.low"])
    severity: Literal["block", "warn", "info"]
    page: int | None
    vi: str
    en: str
    citation: str
    part: int | None = Field(None, description="Tệp thứ mấy, khi có nhiều tệp")

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """Show a finding of the core."""
        return cls(
            code=finding.code,
            severity=finding.severity.value,
            page=finding.page,
            vi=finding.vi,
            en=finding.en,
            citation=finding.citation,
            part=finding.part,
        )


class PageOut(BaseModel):
    """Geometry of one page; its picture is at `picture`."""

    page: int
    width_mm: float
    height_mm: float
    dpi: int
    colour: bool
    picture: str


class KnownCopyOut(BaseModel):
    """A copy of the own authority, of the same paper, released before."""

    likeness: Literal["same", "near"] = Field(
        description="same: đúng các trang này; near: bản chụp khác của cùng giấy tờ"
    )
    original_id: str = Field(examples=[ID])
    attestation_id: str = Field(examples=[ID])
    number: str
    attested_at: datetime


class KnownOut(BaseModel):
    """Whether the paper was certified before; it informs and never stops."""

    own: list[KnownCopyOut]
    elsewhere: Literal["same", "near"] | None = Field(
        description="Một cơ quan khác đã chứng thực; không cho biết gì thêm"
    )

    @classmethod
    def of(cls, known: Known) -> "KnownOut":
        """Show what the core knows."""
        return cls(
            own=[
                KnownCopyOut(
                    likeness=copy.likeness.value,
                    original_id=copy.original_id,
                    attestation_id=copy.attestation_id,
                    number=copy.shown_number,
                    attested_at=copy.attested_at,
                )
                for copy in known.own
            ],
            elsewhere=known.elsewhere.value if known.elsewhere else None,
        )


class ScanOut(BaseModel):
    """A canonical scan: what it holds and what the checks said."""

    id: str = Field(examples=[ID])
    sha256: str
    page_digest: str
    page_count: int
    size_bytes: int
    created_at: datetime
    purged_at: datetime | None = Field(
        None, description="Khi các tệp bị xóa theo thời hạn lưu giữ (lỗi scan.purged)"
    )
    blocked: bool = Field(description="Có lỗi không thể bỏ qua")
    findings: list[FindingOut]
    pages: list[PageOut]
    known: KnownOut
    arrangement: ArrangementOut

    @classmethod
    def of(cls, scan: StoredScan, known: Known) -> "ScanOut":
        """Show a scan of the core, and what is known of its paper."""
        findings = [FindingOut.of(f) for f in scan.findings]
        return cls(
            id=scan.id,
            sha256=scan.sha256,
            page_digest=scan.page_digest,
            page_count=scan.page_count,
            size_bytes=scan.size_bytes,
            created_at=scan.created_at,
            purged_at=scan.purged_at,
            blocked=any(f.severity == "block" for f in findings),
            findings=findings,
            known=KnownOut.of(known),
            pages=[
                PageOut(
                    page=number,
                    width_mm=round(page.width_milli_pt / 72000 * 25.4, 1),
                    height_mm=round(page.height_milli_pt / 72000 * 25.4, 1),
                    dpi=round(min(page.dpi)),
                    colour=page.colour_space == "DeviceRGB",
                    picture=f"/api/v1/originals/{scan.original_id}/pages/{number}.png",
                )
                for number, page in enumerate(scan.pages, 1)
            ],
            arrangement=ArrangementOut.of(scan),
        )


class OriginalFull(OriginalBrief):
    """A paper with its newest scan."""

    case_id: str
    scan: ScanOut | None
    vneid_notice: str | None = Field(
        description="Căn cứ, khi dữ liệu của giấy tờ thường có trên VNeID; hãy báo "
        "người yêu cầu và ghi lựa chọn vào `on_vneid` khi đối chiếu"
    )

    @classmethod
    def full(
        cls, original: Original, known: Known, on_vneid: LegalEntry | None
    ) -> "OriginalFull":
        """Show an original with findings and pages."""
        return cls(
            **OriginalBrief.of(original).model_dump(),
            case_id=original.case_id,
            scan=ScanOut.of(original.scan, known) if original.scan else None,
            vneid_notice=on_vneid.citation if on_vneid else None,
        )


class ComparisonIn(BaseModel):
    """The officer's record. Nothing has a default that could stand for a look."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "page_digest": "9f2c…",
                    "place": "Bộ phận một cửa xã Mường Tè",
                    "paper_original_shown": True,
                    "pages_match": True,
                    "original_kind": "first_issue",
                    "grounds": dict.fromkeys((g.value for g in RefusalGround), False),
                    "pages_with_information": 2,
                    "legalisation": "not_foreign",
                    "legalisation_note": "",
                    "accepted_warnings": {"colour.none": "Bản chính đen trắng"},
                    "on_vneid": False,
                }
            ]
        },
    )

    page_digest: str = Field(max_length=64)
    place: str = Field("", max_length=200)
    paper_original_shown: bool
    pages_match: bool
    original_kind: OriginalKind
    grounds: dict[RefusalGround, bool]
    pages_with_information: int = Field(ge=1, le=10_000)
    legalisation: Legalisation
    legalisation_note: str = Field("", max_length=500)
    accepted_warnings: dict[str, str] = Field(default_factory=dict, max_length=100)
    on_vneid: bool = False

    def to_comparison(self, officer_id: str, now: datetime) -> Comparison:
        """Turn into the core's record, made by this officer now."""
        return Comparison(
            officer_id=officer_id,
            compared_at=now,
            place=self.place,
            page_digest=self.page_digest,
            paper_original_shown=self.paper_original_shown,
            pages_match=self.pages_match,
            original_kind=self.original_kind,
            grounds=self.grounds,
            pages_with_information=self.pages_with_information,
            legalisation=self.legalisation,
            legalisation_note=self.legalisation_note,
            accepted_warnings=self.accepted_warnings,
            on_vneid=self.on_vneid,
        )
