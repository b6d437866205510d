"""Do the pages lie the same way, and does their print run across them?"""

from collections.abc import Iterator

from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity

SIDEWAYS = -0.25  # order of the print: pages of text have 0.3 to 0.9, turned the same


def _mixed(facts: DocumentFacts) -> Iterator[Remark]:
    shapes = {
        p.size_mm[0] > p.size_mm[1]
        for p in facts.pages
        if p.size_mm is not None and p.size_mm[0] != p.size_mm[1]
    }
    if len(shapes) > 1:
        yield Remark(
            None,
            "Tệp có cả trang dọc và trang ngang. "
            "Hãy xem từng trang và xoay lại nếu chữ không thẳng.",
            "Some pages lie upright and some across. Turn them if needed.",
        )


def _turned(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.turned:
            yield Remark(
                page.number,
                "Trang đã được xoay đúng như phần mềm quét ghi trong tệp.",
                "The page was turned as the scanner's software says in the file.",
            )


def _sideways(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.across <= SIDEWAYS:
            yield Remark(
                look.number,
                "Chữ trên trang có vẻ nằm ngang. Hãy xoay trang cho chữ thẳng đứng "
                "rồi chụp lại; nếu bản chính như vậy, hãy ghi lý do.",
                "The print seems to lie on its side. Turn the page and scan again.",
            )


MIXED = Check("orientation.mixed", Severity.WARN, SCAN_RULE, _mixed)
TURNED = Check("orientation.turned", Severity.INFO, SCAN_RULE, _turned)
SIDEWAYS_PRINT = Check("orientation.sideways", Severity.WARN, SCAN_RULE, _sideways)
