"""At least 200 dpi in both directions, of the scan's own pixels, at 1:1."""

from collections.abc import Iterator

from certify.intake import limits
from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity

ROUNDING = 0.5  # dpi; sizes in points and in metres are rounded


def _missing(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.size_mm is None:
            yield Remark(
                page.number,
                "Tệp không ghi độ phân giải; hãy chọn khổ giấy của bản chính.",
                "The file has no resolution; state the paper's size.",
            )


def _low(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.source_dpi is None:
            continue
        if min(page.source_dpi) < limits.LEAST_DPI - ROUNDING:
            found = " × ".join(f"{value:.0f}" for value in page.source_dpi)
            least = f"{limits.LEAST_DPI:.0f}"
            yield Remark(
                page.number,
                f"Độ phân giải {found} dpi thấp hơn {least} dpi. "
                "Hãy chụp lại bản chính ở 300 dpi.",
                f"{found} dpi is below {least} dpi. Scan again at 300 dpi.",
            )


MISSING = Check("resolution.missing", Severity.BLOCK, SCAN_RULE, _missing)
LOW = Check("resolution.low", Severity.BLOCK, SCAN_RULE, _low)
