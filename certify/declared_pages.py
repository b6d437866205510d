"""Does the scan have as many pages as the officer counted on the paper?

Counted before scanning, so that a page left in the feeder is noticed while the paper
still lies on the desk.
"""

from dataclasses import replace

from certify.case import StoredScan
from certify.errors import InvalidInput
from certify.intake.limits import PAGES
from certify.scan import Finding, Severity

DIFFERS = "pages.declared"
PAGES_RULE = "TT 01/2020/TT-BTP Điều 10"
"""A copy holds every page with information, covers included."""


def check_declared(pages: int | None) -> None:
    """Refuse a number of pages that no scan can have.

    Raises:
        InvalidInput: below 1 or above the limit of a scan.
    """
    if pages is not None and not 1 <= pages <= PAGES:
        raise InvalidInput(field="Số trang bản chính", reason=f"phải từ 1 đến {PAGES}")


def with_declared(scan: StoredScan, declared: int | None) -> StoredScan:
    """Ask again of a scan that may have other pages than before."""
    others = tuple(f for f in scan.findings if f.code != DIFFERS)
    found = declared_findings(declared, scan.page_count)
    return replace(scan, findings=(*found, *others))


def declared_findings(declared: int | None, scanned: int) -> tuple[Finding, ...]:
    """Return a warning when both are known and differ."""
    if declared is None or declared == scanned:
        return ()
    return (
        Finding(
            code=DIFFERS,
            severity=Severity.WARN,
            page=None,
            vi=f"Bản chụp có {scanned} trang nhưng bản chính được khai {declared} "
            "trang có thông tin. Hãy đếm lại trên giấy và chụp lại cho đủ, hoặc ghi "
            "lý do số trang khác nhau.",
            en=f"The scan has {scanned} pages, the paper {declared} by declaration.",
            citation=PAGES_RULE,
        ),
    )
