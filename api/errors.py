"""From an error to an answer: one table, RFC 9457 for programs, a page for people.

A new class in `certify.errors` needs a row in `STATUS`; a house-rule test finds the
missing one. Unknown exceptions never reach this file: `api.request_log` answers them
with a fixed sentence.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from api.rendering import render
from certify import errors

STATUS: dict[type[errors.CertifyError], int] = {
    errors.CertifyError: 500,
    errors.InvalidInput: 422,
    errors.ScanRefused: 422,
    errors.ComparisonIncomplete: 422,
    errors.ArrangementInvalid: 422,
    errors.SignatureInvalid: 422,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.MandateInvalid: 403,
    errors.SealNotAuthorised: 403,
    errors.ConfirmationInvalid: 403,
    errors.SignatureMismatch: 403,
    errors.WrongState: 409,
    errors.ScanChanged: 409,
    errors.ScanCompared: 409,
    errors.ScanPurged: 410,
    errors.SigningDeclined: 409,
    errors.SignatureAnswered: 409,
    errors.SignatureLate: 409,
    errors.CertificateUnfit: 409,
    errors.KeyNotUsable: 409,
    errors.TryLater: 503,
    errors.BackupStopped: 503,
    errors.ServiceUnavailable: 503,
    errors.TimestampUnavailable: 503,
    errors.StatusUnknown: 503,
    errors.SignatoryAbsent: 503,
    errors.ReaderUnavailable: 503,
    errors.LeaseHeld: 503,
    errors.SystemBusy: 503,
    errors.ProofPending: 503,
    errors.LeaseLost: 503,
    errors.AttemptDiscarded: 503,
    errors.TrailContradicted: 500,
    errors.StoredDataDamaged: 500,
}

RETRY_SECONDS = 30

# What a person reads when no CertifyError carries a sentence.
SENTENCES: dict[int, str] = {
    400: "Yêu cầu không đúng định dạng.",
    401: "Cần khóa truy cập hợp lệ để dùng chức năng này.",
    403: "Không được phép dùng chức năng này.",
    404: "Không tìm thấy nội dung này. Hãy kiểm tra lại địa chỉ hoặc mã đã nhập.",
    405: "Địa chỉ này không nhận cách gọi đó.",
    411: "Yêu cầu không nói rõ độ dài nội dung.",
    413: "Tệp hoặc nội dung gửi lên lớn hơn giới hạn cho phép.",
    415: "Loại nội dung gửi lên không được hỗ trợ.",
    422: "Dữ liệu gửi lên chưa đúng.",
    429: "Bạn thao tác quá nhanh. Hãy chờ một lát rồi thử lại.",
    500: errors.CertifyError.sentence,
    503: "Hệ thống tạm thời chưa sẵn sàng. Hãy thử lại sau.",
}

_REASONS: dict[str, str] = {
    "missing": "bắt buộc phải có",
    "extra_forbidden": "không được hỗ trợ",
    "string_too_short": "quá ngắn",
    "string_too_long": "quá dài",
    "string_type": "phải là chuỗi ký tự",
    "string_pattern_mismatch": "không đúng mẫu",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "float_parsing": "phải là số",
    "greater_than": "quá nhỏ",
    "greater_than_equal": "quá nhỏ",
    "less_than": "quá lớn",
    "less_than_equal": "quá lớn",
    "bool_parsing": "phải là true hoặc false",
    "bool_type": "phải là true hoặc false",
    "enum": "không nằm trong danh sách cho phép",
    "literal_error": "không nằm trong danh sách cho phép",
    "too_short": "danh sách quá ngắn",
    "too_long": "danh sách quá dài",
    "json_invalid": "không phải JSON hợp lệ",
}


def status_of(error: errors.CertifyError) -> int:
    """Return the HTTP status of an error; unlisted classes are a fault of ours."""
    return STATUS.get(type(error), 500)


def problem(
    status: int,
    code: str,
    detail: str,
    **members: Any,  # noqa: ANN401 - JSON values
) -> JSONResponse:
    """RFC 9457 body. `code` is stable; `detail` is a Vietnamese sentence."""
    return JSONResponse(
        {
            "type": f"urn:certified-copy:problem:{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
            **members,
        },
        status_code=status,
        media_type="application/problem+json",
    )


def wants_page(path: str) -> bool:
    """Tell whether a person reads the answer."""
    return not path.startswith(("/api/", "/health/"))


def answer(
    path: str,
    status: int,
    code: str,
    detail: str,
    **members: Any,  # noqa: ANN401 - JSON values
) -> Response:
    """Return a problem document, or the error page for people."""
    if not wants_page(path):
        return problem(status, code, detail, **members)
    page = render("error.html", status=status, sentence=detail)
    return HTMLResponse(page, status_code=status)


def _certify_error(request: Request, error: errors.CertifyError) -> Response:
    status = status_of(error)
    response = answer(
        request.url.path, status, error.code, str(error), retryable=error.retryable
    )
    if error.retryable:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _http_error(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    sentence = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])  # noqa: PLR2004 - HTTP classes
    response = answer(request.url.path, status, f"http.{status}", sentence)
    response.headers.update(error.headers or {})
    return response


def _validation_error(request: Request, error: RequestValidationError) -> Response:
    """Name each field; pydantic's own text and the input stay inside."""
    listed = [
        {
            "field": ".".join(str(part) for part in row["loc"][1:]) or "body",
            "reason": _REASONS.get(row["type"], "không hợp lệ"),
        }
        for row in error.errors()
    ]
    detail = "; ".join(f"{row['field']}: {row['reason']}" for row in listed)
    return answer(
        request.url.path,
        422,
        "input.invalid",
        f"Dữ liệu chưa đúng: {detail}",
        errors=listed,
    )


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(errors.CertifyError, _certify_error)  # type: ignore[arg-type]  # Starlette types handlers by Exception
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]  # same
    app.add_exception_handler(RequestValidationError, _validation_error)  # type: ignore[arg-type]  # same
