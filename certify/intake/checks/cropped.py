"""Does the image hold the whole sheet?"""

from collections.abc import Iterator

from certify.intake.checks.blank import is_blank
from certify.intake.checks.check import COPY_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity

CUT_PIECES = 3
"""A line of print cut lengthwise, or so many lines cut across. A picture or a filled
area that runs off counts as one: it may be printed to the edge on purpose."""


def _cropped(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.cut_pieces >= CUT_PIECES and not is_blank(look):
            yield Remark(
                look.number,
                "Chữ chạm mép ảnh: trang có thể bị mất nội dung ở mép. Hãy đặt cả tờ "
                "giấy vào khung và chụp lại; nếu bản chính in sát mép, hãy ghi lý do.",
                "Print runs off an edge of the image. Scan the whole sheet.",
            )


CROPPED = Check("page.cropped", Severity.WARN, COPY_RULE, _cropped)
