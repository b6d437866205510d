"""Is the print sharp?

Spread σ of the sharper edges (`certify.intake.sharpness`): a scanner in order has 0.12
mm at 200 dpi and 0.08 mm at 300 dpi, hardly more than its own pixels.
"""

from collections.abc import Iterator

from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts, PageLook
from certify.scan import Severity

MOST_MM = 0.11
MOST_PX = 1.1  # sharp pages have 1.08 at most; fewer is the resolution, not the lens


def is_blurred(look: PageLook) -> bool:
    """Tell whether even the sharper edges are wide; False where none is measurable."""
    if look.edge_mm is None or look.edge_px is None:
        return False
    return look.edge_mm >= MOST_MM and look.edge_px >= MOST_PX


def _blurred(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if is_blurred(look):
            yield Remark(
                look.number,
                "Ảnh trang này bị nhòe. Hãy lau kính máy quét, ép giấy phẳng và chụp "
                "lại; nếu bản chính vốn nhòe, hãy ghi lý do.",
                "The page is blurred. Press the paper flat and scan again.",
            )


BLURRED = Check("page.blurred", Severity.WARN, SCAN_RULE, _blurred)
