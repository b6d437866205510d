"""Optional content can show one thing to the officer and another later."""

from collections.abc import Iterator

from certify.intake.checks.check import ONLY_PIXELS, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


def _layers(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.layers:
        yield Remark(
            None,
            "Tệp có lớp nội dung ẩn hiện được. Hãy chụp lại từ bản chính giấy.",
            "The file has layers that can be hidden. Scan the paper original again.",
        )


LAYERS = Check("layer.present", Severity.BLOCK, ONLY_PIXELS, _layers)
