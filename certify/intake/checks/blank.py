"""Is anything on the paper?"""

from collections.abc import Iterator

from certify.intake.checks.check import COPY_RULE, Check, Remark
from certify.intake.facts import DocumentFacts, PageLook
from certify.scan import Severity

LEAST_INK = 1e-4
"""Of the page: a short line of print on A4 is ten times this, noise a tenth."""


def is_blank(look: PageLook) -> bool:
    """Nothing on it but noise."""
    return look.ink < LEAST_INK


def _all_blank(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.looks and all(map(is_blank, facts.looks)):
        yield Remark(
            None,
            "Bản chụp trắng, không có nội dung. "
            "Hãy kiểm tra mặt giấy và chụp lại bản chính.",
            "The scan is blank. Check which side was scanned and scan again.",
        )


def _blank_page(facts: DocumentFacts) -> Iterator[Remark]:
    if all(map(is_blank, facts.looks)):
        return
    for look in facts.looks:
        if is_blank(look):
            yield Remark(
                look.number,
                "Trang này trắng. Hãy bỏ trang hoặc xác nhận bản chính có trang trắng.",
                "This page is blank. Remove it, or confirm it is so on the paper.",
            )


ALL_BLANK = Check("page.all_blank", Severity.BLOCK, COPY_RULE, _all_blank)
BLANK_PAGE = Check("page.blank", Severity.WARN, COPY_RULE, _blank_page)
