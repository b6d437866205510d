"""A child that gave no answer is itself a finding, named."""

from certify.intake.checks.check import LIMITS
from certify.isolation.limits import FailureKind, IsolatedFailure
from certify.scan import Finding, Severity

_AGAIN = "Hãy chụp lại từ bản chính giấy, ở 300 dpi."
_CRASHED = (
    "file.crashed",
    f"Tệp làm phần đọc ảnh dừng đột ngột nên bị từ chối. {_AGAIN}",
    "The file made the reader crash.",
)
_SENTENCES = {  # (code, Vietnamese, English)
    FailureKind.CRASHED: _CRASHED,
    FailureKind.PROTOCOL: _CRASHED,
    FailureKind.TIMEOUT: (
        "file.too_slow",
        f"Đọc tệp quá lâu nên đã dừng. {_AGAIN}",
        "Reading the file took too long.",
    ),
    FailureKind.MEMORY: (
        "file.too_much_memory",
        f"Đọc tệp cần quá nhiều bộ nhớ nên đã dừng. {_AGAIN}",
        "Reading the file needs too much memory.",
    ),
}


def failure_finding(failure: IsolatedFailure) -> Finding:
    """Name what happened to the child."""
    code, vi, en = _SENTENCES[failure.kind]
    return Finding(code, Severity.BLOCK, None, vi, en, LIMITS)
