"""Scans are to be in colour; colours are to be sRGB."""

from collections.abc import Iterator

from certify.intake.checks.check import SCAN_RULE, Check, Remark
from certify.intake.facts import Conversion, DocumentFacts
from certify.scan import Severity


def _no_colour(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.channels == 1:
            yield Remark(
                look.number,
                "Ảnh không màu. Nếu bản chính có màu hoặc dấu đỏ, hãy chụp lại ở chế "
                "độ màu; nếu bản chính đen trắng, hãy ghi lý do.",
                "The image has no colour. If the paper has, scan it in colour.",
            )


def _cmyk(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.conversion is Conversion.CMYK:
            yield Remark(
                look.number,
                "Ảnh dùng hệ màu in CMYK và đã được đổi sang sRGB; màu có thể lệch. "
                "Hãy đối chiếu màu với bản chính, hoặc chụp lại ở chế độ RGB.",
                "A CMYK image was converted to sRGB; colours may differ.",
            )


def _profile(facts: DocumentFacts) -> Iterator[Remark]:
    for look in facts.looks:
        if look.conversion is Conversion.PROFILE:
            yield Remark(
                look.number,
                "Màu đã được đổi từ hồ sơ màu của máy quét sang sRGB.",
                "Colours were converted from the scanner's profile to sRGB.",
            )


NO_COLOUR = Check("colour.none", Severity.WARN, SCAN_RULE, _no_colour)
CMYK = Check("colour.cmyk", Severity.WARN, SCAN_RULE, _cmyk)
PROFILE = Check("colour.profile", Severity.INFO, SCAN_RULE, _profile)
