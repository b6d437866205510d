"""Closed lists of the core in the words of the desk."""

from collections.abc import Mapping

from certify.attestation import IssuanceStep
from certify.case import CaseStatus, OriginalKind
from certify.desk_record import RecordKind
from certify.scan import Severity

CASE_STATUS_WORDS: Mapping[CaseStatus, str] = {
    CaseStatus.REGISTERED: "Mới đăng ký",
    CaseStatus.RECEIVED: "Được tiếp nhận",
    CaseStatus.NOT_RECEIVED: "Không được tiếp nhận",
    CaseStatus.IN_PROGRESS: "Đang xử lý",
    CaseStatus.MORE_PAPERS_ASKED: "Yêu cầu bổ sung giấy tờ",
    CaseStatus.PAYMENT_ASKED: "Yêu cầu nộp phí",
    CaseStatus.WITHDRAWN: "Công dân rút hồ sơ",
    CaseStatus.STOPPED: "Dừng xử lý",
    CaseStatus.DONE: "Đã xử lý xong",
    CaseStatus.RESULT_RETURNED: "Đã trả kết quả",
}

STEP_WORDS: Mapping[IssuanceStep, str] = {
    IssuanceStep.COMPARED: "Chờ ký",
    IssuanceStep.APPROVED: "Đã xác nhận, chờ phát hành",
    IssuanceStep.RESERVED: "Đang phát hành",
    IssuanceStep.INTENDED: "Đang phát hành",
    IssuanceStep.RELEASED: "Đã cấp",
    IssuanceStep.VOID: "Đã hủy số",
}

SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.BLOCK: "Phải chụp lại",
    Severity.WARN: "Cần ghi lý do",
    Severity.INFO: "Lưu ý",
}

KIND_WORDS: Mapping[OriginalKind, str] = {
    OriginalKind.FIRST_ISSUE: "Bản chính cấp lần đầu",
    OriginalKind.REISSUE: "Bản chính cấp lại",
    OriginalKind.REREGISTERED: "Bản chính cấp khi đăng ký lại",
    OriginalKind.PRIVATE_CONFIRMED: (
        "Giấy tờ cá nhân tự lập, có xác nhận và đóng dấu của cơ quan có thẩm quyền"
    ),
}

RECORD_WORDS: Mapping[RecordKind, str] = {
    RecordKind.REFUSAL: "Đã từ chối",
    RecordKind.FORGERY: "Đã lập biên bản vi phạm",
}
