"""The verdicts of verification: a closed list, each a colour, a word and a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Closed list (design §6)."""

    OURS_IN_FORCE = "ours_in_force"
    OURS_EARLIER_EDITION = "ours_earlier_edition"
    OURS_ALTERED = "ours_altered"
    ANNULLED = "annulled"
    OTHER_IN_FORCE = "other_in_force"
    OTHER_AUTHORITY = "other_authority"
    SIGNED_NOT_CERTIFIED = "signed_not_certified"
    SIGNATURE_BROKEN = "signature_broken"
    SIGNED_BY_UNTRUSTED = "signed_by_untrusted"
    UNSIGNED = "unsigned"
    UNDETERMINED = "undetermined"
    UNREADABLE = "unreadable"
    OVER_LIMITS = "over_limits"


class Colour(StrEnum):
    """What a clerk sees from afar; the word says the same."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class VerdictText:
    """How a verdict is shown: a colour and a word and a sentence."""

    colour: Colour
    word: str
    sentence: str
    exit_code: int


VERDICT_TEXTS: dict[Verdict, VerdictText] = {
    Verdict.OURS_IN_FORCE: VerdictText(
        Colour.GREEN,
        "Hợp lệ",
        "Đây là bản sao điện tử có chứng thực, còn nguyên vẹn và đang có hiệu lực.",
        0,
    ),
    Verdict.OURS_EARLIER_EDITION: VerdictText(
        Colour.GREEN,
        "Hợp lệ",
        "Đây là bản sao có chứng thực, còn nguyên vẹn; đã có tệp gia hạn lưu trữ "
        "mới hơn.",
        0,
    ),
    Verdict.OURS_ALTERED: VerdictText(
        Colour.RED,
        "Đã bị sửa",
        "Tệp mang mã của một bản sao đã cấp nhưng nội dung không còn đúng như khi "
        "cấp. Không sử dụng tệp này.",
        1,
    ),
    Verdict.ANNULLED: VerdictText(
        Colour.RED,
        "Đã bị hủy bỏ",
        "Bản sao này là thật nhưng đã bị hủy bỏ giá trị pháp lý. Không sử dụng.",
        1,
    ),
    Verdict.OTHER_IN_FORCE: VerdictText(
        Colour.GREEN,
        "Hợp lệ theo danh bạ",
        "Chữ ký đúng của cơ quan chứng thực có trong danh bạ tin cậy; bản sao không "
        "có trong danh sách hủy bỏ còn hạn.",
        0,
    ),
    Verdict.OTHER_AUTHORITY: VerdictText(
        Colour.AMBER,
        "Đúng chữ ký, chưa tra sổ",
        "Chữ ký đúng của cơ quan chứng thực có trong danh bạ tin cậy; chưa kiểm tra "
        "được bản sao có bị hủy bỏ hay không.",
        3,
    ),
    Verdict.SIGNED_NOT_CERTIFIED: VerdictText(
        Colour.AMBER,
        "Không phải bản sao chứng thực",
        "Tệp có chữ ký số nhưng không xác lập được là bản sao điện tử có chứng thực.",
        1,
    ),
    Verdict.SIGNATURE_BROKEN: VerdictText(
        Colour.RED,
        "Chữ ký bị hỏng",
        "Chữ ký số không còn đúng với nội dung tệp: tệp đã bị sửa sau khi ký.",
        1,
    ),
    Verdict.SIGNED_BY_UNTRUSTED: VerdictText(
        Colour.RED,
        "Người ký không tin cậy",
        "Tệp được ký bằng chứng thư số không thuộc hệ thống tin cậy.",
        1,
    ),
    Verdict.UNSIGNED: VerdictText(
        Colour.RED,
        "Không có chữ ký",
        "Tệp không có chữ ký số nên không phải bản sao điện tử có chứng thực.",
        1,
    ),
    Verdict.UNDETERMINED: VerdictText(
        Colour.AMBER,
        "Chưa xác định",
        "Chưa đủ căn cứ để kết luận. Hãy thử lại sau hoặc hỏi cơ quan cấp bản sao.",
        3,
    ),
    Verdict.UNREADABLE: VerdictText(
        Colour.RED,
        "Không đọc được",
        "Tệp bị hỏng hoặc không phải PDF nên không kiểm tra được.",
        1,
    ),
    Verdict.OVER_LIMITS: VerdictText(
        Colour.AMBER,
        "Tệp quá lớn",
        "Tệp vượt giới hạn kiểm tra của hệ thống.",
        2,
    ),
}

CONTAINER_SENTENCES: dict[str, str] = {
    "trailing_bytes": "có dữ liệu lạ sau phần kết thúc tệp",
    "revision_after_signature": "có phần được thêm vào sau khi đóng dấu thời gian",
    "byte_range_gap": "chữ ký không bao trùm toàn bộ tệp",
    "contents_encoding": "vùng chữ ký bị ghi lại khác chuẩn",
    "contents_padding": "vùng đệm của chữ ký bị thay đổi",
    "signature_form": "chữ ký không đúng dạng chuẩn PAdES của bản sao chứng thực",
    "weak_algorithm": "chữ ký dùng khóa hoặc thuật toán không còn an toàn",
    "timestamp_form": "dấu thời gian lưu trữ bị ghi lại khác chuẩn",
    "header": "phần đầu tệp bị thay đổi",
    "not_signed": "tệp không có chữ ký số",
    "structure": "cấu trúc tệp không đúng của một bản sao chứng thực",
}
