"""Is the paper a bản chính? A copy is not a source, nor a print of a signed file.

NĐ 23/2015/NĐ-CP Đ2 k.5 and Đ18: copies are certified from papers first issued, issued
again or re-registered. A certified copy says so itself, by the code on each page. A
print of an electronic original cannot be told by its pixels, and cards and extracts of
the civil register carry codes lawfully: so the officer is asked.
"""

from collections.abc import Iterator

from certify.intake.checks.check import Check, Remark
from certify.intake.facts import DocumentFacts, PrintedCode
from certify.scan import Severity

SOURCE_RULE = "NĐ 23/2015/NĐ-CP Điều 2 khoản 5, Điều 18"


def _certified_copy(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if PrintedCode.CERTIFIED_COPY in look.codes:
            yield Remark(
                look.number,
                "Trang này mang mã QR của bản sao điện tử đã chứng thực. Bản sao không "
                "phải bản chính: hãy yêu cầu xuất trình bản chính giấy và chụp từ đó.",
                "This page carries the QR code of a certified copy, not an original.",
            )


def _other_code(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if PrintedCode.OTHER in look.codes:
            yield Remark(
                look.number,
                "Trang này có mã QR. Giấy này có phải bản in từ văn bản điện tử ký số "
                "không (thường có dòng “Người ký”, “Thời gian ký”)? Nếu phải thì không "
                "chứng thực từ bản in; nếu là bản chính giấy, hãy ghi rõ lý do.",
                "A QR code: is this a print of a signed electronic original?",
            )


CERTIFIED_COPY = Check(
    "page.certified_copy", Severity.BLOCK, SOURCE_RULE, _certified_copy
)
OTHER_CODE = Check("page.code", Severity.WARN, SOURCE_RULE, _other_code)
