"""What the sub-indications of ETSI EN 319 102-1 mean, in plain Vietnamese.

One sentence each, without the name of the standard: the code itself stands beside it.
"""

from collections.abc import Mapping

CAUSES: Mapping[str, str] = {
    "FORMAT_FAILURE": "chữ ký không đọc được theo đúng chuẩn",
    "HASH_FAILURE": "nội dung đã ký bị thay đổi sau khi ký",
    "SIG_CRYPTO_FAILURE": "giá trị chữ ký không khớp với chứng thư số",
    "REVOKED": "chứng thư số đã bị thu hồi trước thời điểm ký",
    "EXPIRED": "chứng thư số đã hết hạn trước thời điểm ký",
    "NOT_YET_VALID": "chứng thư số chưa có hiệu lực vào thời điểm ký",
    "SIG_CONSTRAINTS_FAILURE": "chữ ký thiếu thành phần bắt buộc, ví dụ dấu thời gian",
    "CHAIN_CONSTRAINTS_FAILURE": ("chứng thư số không được cấp cho mục đích ký này"),
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": "chuỗi chứng thư số không hợp lệ",
    "NO_CERTIFICATE_CHAIN_FOUND": "chứng thư số không dẫn tới nơi cấp được tin cậy",
    "NO_SIGNING_CERTIFICATE_FOUND": "tệp không kèm chứng thư số của người ký",
    "CRYPTO_CONSTRAINTS_FAILURE": (
        "khóa hoặc thuật toán của chữ ký không còn được coi là an toàn"
    ),
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": (
        "khóa hoặc thuật toán của chữ ký không còn được coi là an toàn và không có "
        "bằng chứng chữ ký đã có từ khi chúng còn an toàn"
    ),
    "POLICY_PROCESSING_ERROR": "chính sách chữ ký không xử lý được",
    "SIGNATURE_POLICY_NOT_AVAILABLE": "không có chính sách mà chữ ký nêu",
    "TIMESTAMP_ORDER_FAILURE": "các dấu thời gian không theo đúng thứ tự",
    "SIGNED_DATA_NOT_FOUND": "không tìm thấy nội dung đã ký",
    "REVOKED_NO_POE": (
        "chứng thư số đã bị thu hồi và không chứng minh được chữ ký có trước đó"
    ),
    "REVOKED_CA_NO_POE": (
        "nơi cấp chứng thư số đã bị thu hồi và không chứng minh được chữ ký có trước đó"
    ),
    "OUT_OF_BOUNDS_NO_POE": (
        "chứng thư số đã hết hạn và không chứng minh được chữ ký có từ khi còn hạn"
    ),
    "OUT_OF_BOUNDS_NOT_REVOKED": (
        "chứng thư số đã hết hạn, chưa bị thu hồi, nhưng không chứng minh được chữ ký "
        "có từ khi còn hạn"
    ),
    "REVOCATION_OUT_OF_BOUNDS_NO_POE": (
        "thông tin thu hồi kèm theo đã quá hạn và không có bằng chứng thời gian"
    ),
    "NO_POE": "không có bằng chứng tin cậy về thời điểm ký",
    "TRY_LATER": (
        "thiếu thông tin thu hồi còn hạn của chứng thư số, hãy kiểm tra lại sau"
    ),
    "GENERIC": "chưa đủ căn cứ để kết luận",
}


def cause_of(sub_indication: str) -> str:
    """Say why a signature did not pass; "" for one that did."""
    if not sub_indication:
        return ""
    return CAUSES.get(sub_indication, CAUSES["GENERIC"])
