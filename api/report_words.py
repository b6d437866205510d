"""Vietnamese words for the facts of one signature, for the page and the terminal."""

from certify.indication_causes import cause_of
from certify.inspection import Indication, SignatureFacts

INDICATIONS = {
    Indication.TOTAL_PASSED: "Đạt",
    Indication.TOTAL_FAILED: "Không đạt",
    Indication.INDETERMINATE: "Chưa xác định",
}
_COVERAGE = {
    "file": "toàn bộ tệp",
    "revision": "toàn bộ nội dung tệp lúc ký",
    "part": "chỉ một phần tệp",
}
_CHANGES = {
    "none": "không có",
    "allowed": "chỉ có phần được phép thêm (chữ ký sau, dữ liệu lưu trữ)",
    "forbidden": "có thay đổi không được phép",
}
UNKNOWN = "không xác định được"


def kind_words(facts: SignatureFacts) -> str:
    """Tell a signature from an archive timestamp."""
    return "Dấu thời gian lưu trữ" if facts.kind == "timestamp" else "Chữ ký"


def conclusion_words(facts: SignatureFacts) -> str:
    """Say the indication and, where it did not pass, why and under which code."""
    words = INDICATIONS[facts.indication]
    if not facts.sub_indication:
        return f"{words} ({facts.indication.value})"
    cause = cause_of(facts.sub_indication)
    return f"{words}: {cause} ({facts.indication.value}, {facts.sub_indication})"


def coverage_words(facts: SignatureFacts) -> str:
    """Say what the signature covers."""
    return _COVERAGE.get(facts.coverage, UNKNOWN)


def changes_words(facts: SignatureFacts) -> str:
    """Say what was added to the file after the signature."""
    return _CHANGES.get(facts.changes_since, UNKNOWN)
