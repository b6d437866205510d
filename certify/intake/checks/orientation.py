"""Do the pages lie the same way?"""

from collections.abc import Iterator

from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


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


MIXED = Check("orientation.mixed", Severity.WARN, SCAN_RULE, _mixed)
TURNED = Check("orientation.turned", Severity.INFO, SCAN_RULE, _turned)
