"""Is a page in the file twice?

Only the same image: two scans of one sheet look no more alike than two filled-in copies
of one form (measured: correlation 0.69 to 0.99 against 0.68 to 0.97).
"""

from collections.abc import Iterator

from certify.intake.checks.blank import is_blank
from certify.intake.checks.check import COPY_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


def _duplicate(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.same_as is not None and not is_blank(look):
            yield Remark(
                look.number,
                f"Trang này giống hệt trang {look.same_as}. "
                "Hãy bỏ trang lặp hoặc chụp lại trang còn thiếu.",
                f"This page is the same image as page {look.same_as}.",
            )


DUPLICATE = Check("page.duplicate", Severity.WARN, COPY_RULE, _duplicate)
