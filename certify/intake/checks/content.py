"""What of the file did not become pixels as it was?"""

from collections.abc import Iterator

from certify.intake import limits
from certify.intake.checks.check import ONLY_PIXELS, Check, Remark
from certify.intake.facts import DocumentFacts
from certify.scan import Severity


def _rendered(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.rendered:
            yield Remark(
                page.number,
                "Trang không phải một ảnh chụp nguyên trang và đã được dựng lại ở "
                f"{limits.RENDER_DPI} dpi. Hãy đối chiếu kỹ với bản chính.",
                f"The page is not one image ({page.rendered}); it was rendered at "
                f"{limits.RENDER_DPI} dpi. Compare it closely.",
            )


def _links(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.links:
        yield Remark(
            None,
            f"Tệp có {facts.links} liên kết; liên kết không được đưa vào bản sao. "
            "Hãy kiểm tra đây có phải bản chụp của bản chính giấy.",
            f"{facts.links} links were left out. Is this a scan of the paper?",
        )


def _annotations(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.annotations:
        yield Remark(
            None,
            f"Tệp có {facts.annotations} chú thích; chú thích không được đưa vào bản "
            "sao. Hãy đối chiếu từng trang với bản chính.",
            f"{facts.annotations} annotations were left out. Compare every page.",
        )


def _hidden_text(facts: DocumentFacts) -> Iterator[Remark]:
    for page in facts.pages:
        if page.hidden_text:
            yield Remark(
                page.number,
                "Lớp chữ ẩn (nhận dạng chữ) đã được bỏ.",
                "An invisible text layer (OCR) was dropped.",
            )


RENDERED = Check("content.rendered", Severity.WARN, ONLY_PIXELS, _rendered)
LINKS = Check("content.links", Severity.WARN, ONLY_PIXELS, _links)
ANNOTATIONS = Check("content.annotations", Severity.WARN, ONLY_PIXELS, _annotations)
HIDDEN_TEXT = Check("content.hidden_text", Severity.INFO, ONLY_PIXELS, _hidden_text)
