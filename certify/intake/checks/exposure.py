"""Is the paper bright and the print dark enough to be read?

Thresholds chosen from what `python -m bench.quality` measures.
"""

from collections.abc import Iterator

from certify.intake.checks.blank import is_blank
from certify.intake.checks.blur import is_blurred
from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity

DARK_PAPER = 165.0  # of 255; a good scan of old paper has 220, of white paper 247
LIGHT_PRINT = 150.0  # toner has 20 to 90 when reduced, pencil 130


def _dark(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.bits > 1 and look.paper < DARK_PAPER:
            yield Remark(
                look.number,
                "Trang quá tối. Hãy tăng độ sáng và chụp lại; nếu giấy vốn sẫm màu, "
                "hãy ghi lý do.",
                "The page is too dark. Scan it again brighter.",
            )


def _light(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        # Blur thins strokes out; it is named as blur.
        told = look.bits > 1 and not is_blank(look) and not is_blurred(look)
        if told and look.darkest > LIGHT_PRINT:
            yield Remark(
                look.number,
                "Chữ trên trang quá nhạt. Hãy giảm độ sáng và chụp lại; nếu bản chính "
                "vốn mờ, hãy ghi lý do.",
                "The print is too light. Scan it again darker.",
            )


TOO_DARK = Check("exposure.dark", Severity.WARN, SCAN_RULE, _dark)
TOO_LIGHT = Check("exposure.light", Severity.WARN, SCAN_RULE, _light)
