"""Is a page in the file twice, or a sheet scanned twice?

Identical images are certain. A sheet scanned again is told from a second copy of the
same form only by what was filled in (`certify.intake.sheets`), so that says "seems".
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
                other_page=look.same_as,
            )


def _same_sheet(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.same_as is None and look.same_sheet_as is not None:
            yield Remark(
                look.number,
                f"Trang này có vẻ là cùng một tờ với trang {look.same_sheet_as}, được "
                "chụp hai lần. Hãy so hai trang: nếu trùng, hãy bỏ một trang; nếu là "
                "hai tờ khác nhau, hãy ghi lý do.",
                f"This seems to be the sheet of page {look.same_sheet_as}, scanned "
                "twice. Compare both.",
                other_page=look.same_sheet_as,
            )


DUPLICATE = Check("page.duplicate", Severity.WARN, COPY_RULE, _duplicate)
SAME_SHEET = Check("page.same_sheet", Severity.WARN, COPY_RULE, _same_sheet)
