"""Scripts, actions and files inside: no scanner makes them."""

from collections.abc import Iterator

from certify.intake.checks.check import ONLY_PIXELS, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


def _actions(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.actions:
        named = ", ".join(facts.actions)
        yield Remark(
            None,
            f"Tệp chứa mã hoặc hành động tự chạy ({named}). "
            "Hãy chụp lại từ bản chính giấy bằng máy quét tin cậy.",
            f"The file holds scripts or actions ({named}). Scan the paper again.",
        )


def _attachments(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.attachments:
        yield Remark(
            None,
            "Tệp có tệp khác đính kèm bên trong. Hãy chụp lại từ bản chính giấy.",
            "The file has other files attached. Scan the paper original again.",
        )


ACTIONS = Check("active.content", Severity.BLOCK, ONLY_PIXELS, _actions)
ATTACHMENTS = Check("active.attachment", Severity.BLOCK, ONLY_PIXELS, _attachments)
