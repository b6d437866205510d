"""A digitally signed file is an electronic original, not a scan of paper."""

from collections.abc import Iterator

from certify.intake.checks.check import COPY_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


def _signed(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.signed:
        yield Remark(
            None,
            "Tệp đã được ký số: đây là văn bản điện tử, không phải bản chụp giấy. "
            "Chứng thực bản sao điện tử phải làm từ bản chính giấy.",
            "The file is digitally signed: an electronic original, not a scan.",
        )


SIGNED = Check("signature.present", Severity.BLOCK, COPY_RULE, _signed)
