"""Paper has sizes. Images have limits."""

from collections.abc import Iterator

from certify.intake import limits
from certify.intake.checks.check import LIMITS, SCAN_RULE, Check, Remark
from certify.intake.facts import DocumentFacts, PageGeometry
from certify.scan import Severity

A6_SHORT_MM = 105.0
STATED_OFF_MOST = 0.05
SAME_SIZE_MM = 10.0  # scanners that find the edges themselves vary by some mm


def _too_many_pixels(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.too_many_pixels:
            size = f"{page.width_px} × {page.height_px}"
            yield Remark(
                page.number,
                f"Ảnh {size} điểm quá lớn. Hãy chụp lại ở 300 dpi.",
                f"An image of {size} pixels is too large. Scan at 300 dpi.",
            )


def _absurd(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.absurd_size:
            size = _millimetres(page)
            yield Remark(
                page.number,
                f"Khổ trang {size} không phải khổ giấy thật (từ "
                f"{limits.PAGE_SHORTEST_MM:.0f} đến {limits.PAGE_LONGEST_MM:.0f} mm). "
                "Hãy chụp lại và kiểm tra độ phân giải ghi trong tệp.",
                f"A page of {size} is no paper. Scan again; check the resolution.",
            )


def _small(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.size_mm is None or page.absurd_size:
            continue
        if min(page.size_mm) < A6_SHORT_MM:
            size = _millimetres(page)
            yield Remark(
                page.number,
                f"Khổ trang {size} nhỏ hơn A6. Hãy đối chiếu với khổ giấy của bản "
                "chính; nếu sai, hãy chụp lại với độ phân giải đúng.",
                f"A page of {size} is smaller than A6. Compare with the paper.",
            )


def _stated_off(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.stated_off > STATED_OFF_MOST:
            yield Remark(
                page.number,
                "Tỷ lệ cạnh của ảnh khác khổ giấy đã chọn hơn 5 %. "
                "Hãy chọn lại khổ giấy hoặc cắt ảnh sát mép giấy.",
                "The image's aspect differs from the stated paper by over 5 %.",
            )


def _mixed_sizes(facts: DocumentFacts) -> Iterator[Remark]:
    sizes = [sorted(p.size_mm) for p in facts.pages if p.size_mm is not None]
    if any(max(side) - min(side) > SAME_SIZE_MM for side in zip(*sizes, strict=True)):
        yield Remark(
            None,
            "Các trang có khổ giấy khác nhau. "
            "Hãy kiểm tra có trang nào của giấy tờ khác lẫn vào không.",
            "The pages differ in size. Check that none is of another paper.",
        )


def _millimetres(page: PageGeometry) -> str:
    if page.size_mm is None:
        raise ValueError("a page without size")
    return f"{page.size_mm[0]:.0f} × {page.size_mm[1]:.0f} mm"


TOO_MANY_PIXELS = Check(
    "page.too_many_pixels", Severity.BLOCK, LIMITS, _too_many_pixels
)
ABSURD = Check("page.absurd_size", Severity.BLOCK, LIMITS, _absurd)
SMALL = Check("page.small", Severity.WARN, SCAN_RULE, _small)
STATED_OFF = Check("page.stated_size", Severity.WARN, SCAN_RULE, _stated_off)
MIXED_SIZES = Check("page.mixed_sizes", Severity.INFO, SCAN_RULE, _mixed_sizes)
