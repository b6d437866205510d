"""What an audit can find: a closed list of stable codes, each with its sentences."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What a code says in Vietnamese.

    Attributes:
        sentence: what is wrong.
        advice: what to do.
        is_fault: False where the audit could not tell; then it is not finished.
    """

    sentence: str
    advice: str
    is_fault: bool = True


_RESTORE = "Không dùng tệp này; khôi phục đúng phiên bản từ bản sao lưu của kho."
_LOOK = "Giữ nguyên hiện trạng, báo quản trị hệ thống và đơn vị an toàn thông tin."
_COMPARE = f"{_LOOK} Đối chiếu với bản sao lưu cơ sở dữ liệu gần nhất."
_LOCK = "Đặt lại thời hạn giữ của tệp bằng tài khoản quản trị kho."

MEANINGS: Mapping[str, Meaning] = {
    "audit.unreadable": Meaning(
        "Có dữ liệu không đọc được; phần kiểm tra này chưa xem hết.", _COMPARE
    ),
    "edition.unreleased": Meaning("Tệp đã cấp không gắn với bản sao nào.", _COMPARE),
    "edition.uncommitted": Meaning(
        "Nhật ký không ghi việc cấp đúng tệp và phiên bản này.", _COMPARE
    ),
    "edition.missing": Meaning("Tệp đã cấp không còn trong kho.", _RESTORE),
    "edition.damaged": Meaning("Tệp trong kho khác mã băm trong sổ.", _RESTORE),
    "edition.unlocked": Meaning("Tệp không còn được khóa giữ.", _LOCK),
    "edition.retention": Meaning("Tệp được khóa giữ ngắn hơn quy định.", _LOCK),
    "edition.evidence": Meaning(
        "Bằng chứng lưu kèm bị thiếu hoặc không phải của tệp này.",
        "Khôi phục tệp trong thư mục evidence/ của kho từ bản sao lưu của kho.",
    ),
    "edition.signature": Meaning("Chữ ký hoặc nội dung tệp không đạt.", _LOOK),
    "edition.level": Meaning("Chữ ký không đạt mức lưu trữ dài hạn.", _LOOK),
    "edition.record": Meaning("Thông tin ghi trong tệp khác với sổ.", _COMPARE),
    "edition.undetermined": Meaning(
        "Chưa xác định được chữ ký.",
        "Kiểm tra kết nối tới dịch vụ chứng thực rồi chạy lại certify audit.",
        is_fault=False,
    ),
    "object.orphan": Meaning(
        "Tệp trong kho không thuộc bản sao đã cấp và nhật ký không biết tới.", _LOOK
    ),
    "object.version": Meaning(
        "Phiên bản đầu tiên trong kho không phải phiên bản ghi trong sổ.", _LOOK
    ),
    "version.newer": Meaning(
        "Có người ghi phiên bản mới đè lên tệp; dịch vụ không bao giờ đọc nó.", _LOOK
    ),
    "version.delete_marker": Meaning(
        "Có người đánh dấu xóa tệp; dịch vụ vẫn đọc đúng phiên bản đã cấp.", _LOOK
    ),
    "version.stray": Meaning("Có tệp lạ trong thư mục của kho.", _LOOK),
    "number.missing": Meaning("Sổ thiếu số này.", _COMPARE),
    "number.duplicate": Meaning("Một số cấp cho nhiều bản sao.", _COMPARE),
    "number.beyond": Meaning("Số nằm ngoài dãy số của sổ.", _COMPARE),
    "number.state": Meaning(
        "Tình trạng của số (giữ, đã cấp, hủy) khác với nhật ký.", _COMPARE
    ),
    "number.unfinished": Meaning(
        "Số đang giữ nhưng bản sao không ở bước xử lý nào.", _COMPARE
    ),
    "number.undecided": Meaning(
        "Số hủy không có quyết định như nhật ký đã ghi.", _COMPARE
    ),
    "number.no_edition": Meaning("Thiếu tệp đã cấp trong sổ.", _COMPARE),
    "number.row": Meaning(
        "Các cột của sổ khác với nội dung người ký đã xác nhận.", _COMPARE
    ),
    "book.counter": Meaning("Số cuối cùng của sổ khác với nhật ký.", _COMPARE),
    "book.reopened": Meaning("Sổ đã khóa nay lại mở.", _COMPARE),
    "book.closed": Meaning("Sổ bị khóa mà nhật ký không ghi việc khóa.", _COMPARE),
    "chain.broken": Meaning("Nhật ký bị sửa, xóa hoặc chèn dòng.", _COMPARE),
    "chain.reason": Meaning("Lý do ghi kèm nhật ký bị sửa.", _COMPARE),
    "chain.cut": Meaning("Nhật ký mất dòng mà sổ hoặc bản sao chứng kiến.", _COMPARE),
    "tree.row": Meaning("Dòng nhật ký khác với dòng đã công bố.", _COMPARE),
    "tree.order": Meaning("Dòng nhật ký không đúng chỗ trong cây.", _COMPARE),
    "tree.tree": Meaning("Cây kiểm chứng lưu trong cơ sở dữ liệu bị sửa.", _COMPARE),
    "tree.time": Meaning(
        "Dòng nhật ký ghi thời điểm không hợp với các mốc đã công bố.", _COMPARE
    ),
    "tree.note": Meaning("Mốc đã công bố bị sửa.", _COMPARE),
    "tree.checkpoint": Meaning("Nhật ký khác với mốc đã công bố.", _COMPARE),
    "tree.kept": Meaning("Cơ sở dữ liệu khác với mốc đã giữ bên ngoài.", _COMPARE),
    "record.lost": Meaning("Nhật ký ghi một việc mà sổ không còn.", _COMPARE),
    "record.comparison": Meaning("Biên bản đối chiếu khác với nhật ký.", _COMPARE),
    "record.statement": Meaning(
        "Nội dung người ký đã xác nhận khác với nhật ký.", _COMPARE
    ),
    "record.intent": Meaning("Lần ký ghi trong sổ khác với nhật ký.", _COMPARE),
    "record.desk_record": Meaning(
        "Phiếu từ chối hoặc biên bản khác với nhật ký.", _COMPARE
    ),
    "record.withdrawal": Meaning(
        "Việc thu hồi phiếu từ chối khác với nhật ký.", _COMPARE
    ),
    "record.authority": Meaning("Cơ quan chứng thực khác với nhật ký.", _COMPARE),
    "record.person": Meaning(
        "Người, ủy quyền ký hoặc khóa xác nhận khác với nhật ký.", _COMPARE
    ),
    "record.seal": Meaning("Giấy phép dùng con dấu khác với nhật ký.", _COMPARE),
    "record.key": Meaning("Khóa ký hoặc khóa API khác với nhật ký.", _COMPARE),
    "record.annulment": Meaning(
        "Quyết định hủy giá trị pháp lý khác với nhật ký.", _COMPARE
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be.

    Attributes:
        code: of `MEANINGS`.
        subject: what it is about: an object's key, a number of a book, a row's id.
        detail: what exactly, where there is more to say; no personal data.
    """

    code: str
    subject: str
    detail: str = ""

    @property
    def meaning(self) -> Meaning:
        """What the code says."""
        return MEANINGS[self.code]
