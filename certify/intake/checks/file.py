"""Can the file be read at all?"""

from collections.abc import Iterator

from certify.intake import limits
from certify.intake.checks.check import LIMITS, ONLY_PIXELS, Check, Remark
from certify.intake.facts import DocumentFacts, Kind, Problem
from certify.scan import Severity


def _too_large(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.size_bytes > limits.UPLOAD_BYTES:
        most = limits.UPLOAD_BYTES // (1024 * 1024)
        yield Remark(
            None,
            f"Tệp lớn hơn {most} MB. Hãy chụp lại ở 300 dpi hoặc chia thành nhiều tệp.",
            f"The file is larger than {most} MB. Scan at 300 dpi or split it.",
        )


def _unrecognised(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.kind is Kind.UNKNOWN:
        vi, en = "Không nhận ra định dạng tệp.", "The format is not known."
        if facts.foreign:
            vi = f"Tệp {facts.foreign} không được nhận."
            en = f"{facts.foreign} files are not taken."
        yield Remark(
            None,
            f"{vi} Hãy chụp lại thành PDF, JPEG, PNG hoặc TIFF.",
            f"{en} Scan to PDF, JPEG, PNG or TIFF.",
        )


def _encrypted(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.problem is Problem.ENCRYPTED:
        yield Remark(
            None,
            "Tệp được mã hóa hoặc đặt mật khẩu. Hãy chụp lại từ bản chính giấy.",
            "The file is encrypted. Scan the paper original again.",
        )


def _damaged(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.problem is Problem.UNREADABLE:
        yield Remark(
            None,
            "Tệp bị hỏng, không đọc được. Hãy chụp lại từ bản chính giấy.",
            "The file is damaged beyond reading. Scan the paper original again.",
        )


def _too_large_decoded(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.problem is Problem.TOO_BIG_DECODED:
        yield Remark(
            None,
            "Các trang ảnh của tệp quá lớn khi lưu không mất chất lượng. "
            "Hãy chụp lại thành PDF hoặc JPEG ở 300 dpi, hoặc chia thành nhiều tệp.",
            "The pages are too large once decoded. Scan to JPEG or PDF, or split it.",
        )


def _unsupported(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.problem is Problem.UNSUPPORTED:
        yield Remark(
            None,
            "Ảnh dùng kiểu điểm ảnh hoặc hệ màu hiếm gặp, không đọc được chắc chắn. "
            "Hãy chụp lại thành JPEG hoặc PDF màu thông thường.",
            "The image has a rare pixel layout or colour space. Scan to JPEG or PDF.",
        )


def _no_pages(facts: DocumentFacts) -> Iterator[Remark]:
    readable = facts.kind is not Kind.UNKNOWN and facts.problem is Problem.NONE
    if readable and facts.page_count == 0:
        yield Remark(
            None,
            "Tệp không có trang nào. Hãy chụp lại từ bản chính giấy.",
            "The file has no page. Scan the paper original again.",
        )


def _too_many_pages(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.page_count > limits.PAGES:
        yield Remark(
            None,
            f"Tệp có {facts.page_count} trang, nhiều hơn {limits.PAGES} trang. "
            "Hãy chia bản chính thành nhiều tệp.",
            f"The file has {facts.page_count} pages; the limit is {limits.PAGES}.",
        )


def _repaired(facts: DocumentFacts) -> Iterator[Remark]:
    if facts.repaired:
        yield Remark(
            None,
            "Cấu trúc tệp bị lỗi và đã được sửa khi đọc. "
            "Hãy xem kỹ từng trang so với bản chính, hoặc chụp lại.",
            "The file's structure was damaged and was repaired. Compare every page.",
        )


TOO_LARGE = Check("file.too_large", Severity.BLOCK, LIMITS, _too_large)
UNRECOGNISED = Check("file.unrecognised", Severity.BLOCK, ONLY_PIXELS, _unrecognised)
ENCRYPTED = Check("file.encrypted", Severity.BLOCK, ONLY_PIXELS, _encrypted)
DAMAGED = Check("file.damaged", Severity.BLOCK, ONLY_PIXELS, _damaged)
TOO_LARGE_DECODED = Check(
    "file.too_large_decoded", Severity.BLOCK, LIMITS, _too_large_decoded
)
UNSUPPORTED = Check("file.unsupported", Severity.BLOCK, ONLY_PIXELS, _unsupported)
NO_PAGES = Check("file.no_pages", Severity.BLOCK, ONLY_PIXELS, _no_pages)
TOO_MANY_PAGES = Check("file.too_many_pages", Severity.BLOCK, LIMITS, _too_many_pages)
REPAIRED = Check("file.repaired", Severity.WARN, ONLY_PIXELS, _repaired)
