"""A form is filled in on a screen: it is not the scan of a paper."""

from collections.abc import Iterator

from certify.intake.checks.check import COPY_RULE, Check, Remark
from certify.intake.facts import DocumentFacts, Form
from certify.scan import Severity


def _acroform(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.form is Form.ACROFORM:
        yield Remark(
            None,
            "Tệp là biểu mẫu điện tử có ô nhập, không phải bản chụp giấy. "
            "Hãy chụp bản chính giấy.",
            "The file is an interactive form, not a scan. Scan the paper original.",
        )


def _xfa(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.form is Form.XFA:
        yield Remark(
            None,
            "Tệp là biểu mẫu động (XFA), nội dung thay đổi theo phần mềm đọc. "
            "Hãy chụp bản chính giấy.",
            "The file is a dynamic XFA form. Scan the paper original.",
        )


ACROFORM = Check("form.present", Severity.BLOCK, COPY_RULE, _acroform)
XFA = Check("form.xfa", Severity.BLOCK, COPY_RULE, _xfa)
