"""Which pages of which files a scan is made of, over the API."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from certify.arrangement import Reduction
from certify.case import StoredScan
from certify.intake.limits import PAGES
from certify.scan import PlacedPage


class PlacedPageIO(BaseModel):
    """One page: where it comes from and how it lies."""

    model_config = ConfigDict(extra="forbid")

    part: int = Field(ge=1, le=10_000, description="Tệp thứ mấy, từ 1")
    page: int = Field(ge=1, le=10_000, description="Trang thứ mấy của tệp đó, từ 1")
    turn: Literal[0, 90, 180, 270] = Field(0, description="Độ, theo chiều kim đồng hồ")

    @classmethod
    def of(cls, placed: PlacedPage) -> "PlacedPageIO":
        """Show a page of the core."""
        return cls.model_validate(
            {"part": placed.part, "page": placed.page, "turn": placed.turn}
        )


class ArrangementIn(BaseModel):
    """The whole arrangement: pages left out are dropped, and can be taken back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "page_digest": "9f2c…",
                    "pages": [
                        {"part": 2, "page": 1},
                        {"part": 1, "page": 1, "turn": 90},
                    ],
                    "dpi": 200,
                }
            ]
        },
    )

    page_digest: str = Field(
        max_length=64, description="Của bản chụp đang thấy; khác đi thì trả 409"
    )
    pages: list[PlacedPageIO] = Field(max_length=PAGES)
    dpi: int | None = Field(
        None, description="Giảm trang nét hơn về mức này (từ 200); null: giữ nguyên"
    )

    def placed(self) -> list[PlacedPage]:
        """Turn into the core's pages."""
        return [PlacedPage(p.part, p.page, p.turn) for p in self.pages]


class ReductionOut(BaseModel):
    """The record that the scan was made smaller before it was compared."""

    reduced_at: datetime
    from_bytes: int
    to_bytes: int
    from_dpi: int
    to_dpi: int

    @classmethod
    def of(cls, reduction: Reduction) -> "ReductionOut":
        """Show a record of the core."""
        return cls(
            reduced_at=reduction.reduced_at,
            from_bytes=reduction.from_bytes,
            to_bytes=reduction.to_bytes,
            from_dpi=reduction.from_dpi,
            to_dpi=reduction.to_dpi,
        )


class ArrangementOut(BaseModel):
    """What the scan is made of."""

    parts: int = Field(description="Số tệp đã gửi cho giấy tờ này")
    pages: list[PlacedPageIO]
    dpi: int | None
    reduction: ReductionOut | None

    @classmethod
    def of(cls, scan: StoredScan) -> "ArrangementOut":
        """Show the arrangement of a scan."""
        arranged = scan.arranged
        return cls(
            parts=len(arranged.parts),
            pages=[PlacedPageIO.of(page) for page in arranged.pages],
            dpi=arranged.dpi,
            reduction=ReductionOut.of(scan.reduction) if scan.reduction else None,
        )
