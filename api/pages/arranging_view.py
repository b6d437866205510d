"""What the desk shows of a scan's pages and size before it is compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.services import Services
from api.web_settings import WebSettings
from certify.arrangement import LEAST_REDUCED_DPI
from certify.case import StoredScan
from certify.scan import PlacedPage

COPY_OVERHEAD_BYTES = 230 * 1024
"""Signatures, evidence, fonts, pictures: measured 228 kB, and 1 kB a further page."""
TARGETS = (300, 250, LEAST_REDUCED_DPI)


@dataclass(frozen=True)
class SizeLimit:
    """A place the copy may be sent to, and whether it fits."""

    name: str
    size_bytes: int
    fits: bool


@dataclass(frozen=True)
class Arranging:
    """Everything of the card "Sắp xếp trang và dung lượng".

    Attributes:
        pages: in order; dropped: what can be taken back, in order of the files.
        parts: how many files.
        targets: resolutions that would make the scan smaller.
        dpi: the one in force; None when nothing was reduced.
        copy_bytes: about how large the copy will be.
    """

    pages: Sequence[PlacedPage]
    dropped: Sequence[PlacedPage]
    parts: int
    targets: Sequence[int]
    dpi: int | None
    copy_bytes: int
    limits: Sequence[SizeLimit]


def arranging_of(
    services: Services, settings: WebSettings, scan: StoredScan | None
) -> Arranging | None:
    """Describe a scan's pages; None without a scan."""
    if scan is None:
        return None
    arranged = scan.arranged
    parts = services.scan_desk.parts(scan)
    kept = {(p.part, p.page) for p in arranged.pages}
    finest = max(max(page.dpi) for part in parts for page in part.pages)
    copy_bytes = scan.size_bytes + COPY_OVERHEAD_BYTES
    places = (
        ("Cổng dịch vụ công", settings.portal_limit_bytes),
        ("Thư điện tử", settings.mail_limit_bytes),
    )
    return Arranging(
        pages=arranged.pages,
        dropped=[
            PlacedPage(number, page)
            for number, part in enumerate(parts, 1)
            for page in range(1, part.page_count + 1)
            if (number, page) not in kept
        ],
        parts=len(parts),
        targets=[dpi for dpi in TARGETS if dpi < finest - 1],
        dpi=arranged.dpi,
        copy_bytes=copy_bytes,
        limits=[SizeLimit(name, size, copy_bytes <= size) for name, size in places],
    )
