"""How the pages of one or several files become one scan.

Every file sent for a paper is kept as a scan of its own. An `Arrangement` says which
of their pages follow which, how each lies, and at which resolution. A page that is
dropped stays in its file, so dropping, turning and reducing can always be undone: the
joined scan is made anew from the files each time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from certify.errors import ArrangementInvalid
from certify.intake.limits import LEAST_DPI, PAGES
from certify.scan import TURNS, PageImage, PlacedPage

MAX_PARTS = 100
"""Files of one paper; a camera sends one file a page."""
LEAST_REDUCED_DPI = int(LEAST_DPI)
MOST_REDUCED_DPI = 600


@dataclass(frozen=True)
class Arrangement:
    """What a scan is made of.

    Attributes:
        parts: ids of the scans of the files, in the order they came; one may have no
            page left.
        pages: in the order of the joined scan.
        dpi: pages finer than this were reduced to it; None leaves all as they are.
    """

    parts: tuple[str, ...]
    pages: tuple[PlacedPage, ...]
    dpi: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {
            "parts": list(self.parts),
            "pages": [[p.part, p.page, p.turn] for p in self.pages],
            "dpi": self.dpi,
        }


def arrangement_from_json(row: dict[str, Any]) -> Arrangement:
    """Inverse of `Arrangement.to_json`."""
    pages = tuple(PlacedPage(*page) for page in row["pages"])
    return Arrangement(tuple(row["parts"]), pages, row["dpi"])


def all_pages(page_counts: Sequence[int]) -> tuple[PlacedPage, ...]:
    """Every page of every file, as they came."""
    return tuple(
        PlacedPage(part, page)
        for part, count in enumerate(page_counts, 1)
        for page in range(1, count + 1)
    )


@dataclass(frozen=True)
class Reduction:
    """The record that a scan was made smaller before it was compared (design §5).

    Attributes:
        officer_id, reduced_at: who decided it and when.
        from_bytes, to_bytes: size of the scan without and with it.
        from_dpi, to_dpi: resolution of the finest page without and with it.
    """

    officer_id: str
    reduced_at: datetime
    from_bytes: int
    to_bytes: int
    from_dpi: int
    to_dpi: int

    def to_json(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {**asdict(self), "reduced_at": self.reduced_at.isoformat()}


def reduction_from_json(row: dict[str, Any]) -> Reduction:
    """Inverse of `Reduction.to_json`."""
    return Reduction(**{**row, "reduced_at": datetime.fromisoformat(row["reduced_at"])})


def check_arrangement(
    pages: Sequence[PlacedPage], dpi: int | None, page_counts: Sequence[int]
) -> None:
    """Refuse what cannot be a scan.

    Args:
        pages: as asked for.
        dpi: None, or what to reduce to.
        page_counts: pages of each file.

    Raises:
        ArrangementInvalid: names every problem.
    """
    problems = list(dict.fromkeys(_problems(pages, dpi, page_counts)))
    if problems:
        raise ArrangementInvalid(reason="; ".join(problems[:5]))


def _problems(
    pages: Sequence[PlacedPage], dpi: int | None, counts: Sequence[int]
) -> Iterator[str]:
    if not pages:
        yield "phải giữ lại ít nhất một trang"
    if len(pages) > PAGES:
        yield f"nhiều hơn {PAGES} trang; hãy chia bản chính thành nhiều tệp"
    for placed in pages:
        yield from _page_problems(placed, counts)
    for (part, page), times in Counter((p.part, p.page) for p in pages).items():
        if times > 1:
            yield f"trang {page} của tệp {part} có {times} lần"
    if dpi is not None and not LEAST_REDUCED_DPI <= dpi <= MOST_REDUCED_DPI:
        yield f"chỉ giảm đến từ {LEAST_REDUCED_DPI} đến {MOST_REDUCED_DPI} dpi"


def _page_problems(placed: PlacedPage, counts: Sequence[int]) -> Iterator[str]:
    if not 1 <= placed.part <= len(counts):
        yield f"không có tệp {placed.part}"
    elif not 1 <= placed.page <= counts[placed.part - 1]:
        yield f"tệp {placed.part} không có trang {placed.page}"
    if placed.turn not in TURNS:
        yield "chỉ xoay được 0, 90, 180 hoặc 270 độ"


def placed_images(
    pages: Sequence[PlacedPage], parts: Sequence[Sequence[PageImage]]
) -> tuple[PageImage, ...]:
    """The page images an arrangement asks for, before any reduction."""
    return tuple(parts[p.part - 1][p.page - 1].turned(p.turn) for p in pages)
