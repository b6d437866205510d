"""The officer's record: this scan was compared with the paper original.

No copy without it (NĐ 45/2020 Đ3 k.9, Đ10 k.3; TT 01/2020/TT-BTP Đ11; domain §9
rules 1, 3, 6, 7, 10). `problems()` says in Vietnamese what is still missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certify.case import OriginalKind, StoredScan
from certify.errors import ComparisonIncomplete, ScanRefused
from certify.scan import Severity

MAX_TEXT = 500
"""Characters of a place, a note or a reason: a sentence or two, not a document."""


class RefusalGround(StrEnum):
    """The six grounds of NĐ 23/2015 Đ22: any "yes" forces a refusal."""

    ALTERED = "altered"
    DAMAGED = "damaged"
    SECRET = "secret"  # noqa: S105 - a ground of refusal, not a password
    UNLAWFUL_CONTENT = "unlawful_content"
    NOT_LEGALISED = "not_legalised"
    PRIVATE_UNCONFIRMED = "private_unconfirmed"


GROUND_SENTENCES: Mapping[RefusalGround, str] = {
    RefusalGround.ALTERED: (
        "Bản chính bị tẩy xóa, sửa chữa, thêm, bớt nội dung không hợp lệ"
    ),
    RefusalGround.DAMAGED: (
        "Bản chính bị hư hỏng, cũ nát, không xác định được nội dung"
    ),
    RefusalGround.SECRET: ("Bản chính đóng dấu mật hoặc ghi rõ không được sao chụp"),
    RefusalGround.UNLAWFUL_CONTENT: (
        "Nội dung trái pháp luật, đạo đức xã hội hoặc xâm phạm quyền công dân"
    ),
    RefusalGround.NOT_LEGALISED: (
        "Giấy tờ nước ngoài chưa được hợp pháp hóa lãnh sự theo quy định"
    ),
    RefusalGround.PRIVATE_UNCONFIRMED: (
        "Giấy tờ do cá nhân tự lập, không có xác nhận và đóng dấu của cơ quan, "
        "tổ chức có thẩm quyền"
    ),
}


class Legalisation(StrEnum):
    """How a foreign paper satisfies NĐ 23/2015 Đ20 k.1."""

    NOT_FOREIGN = "not_foreign"
    LEGALISED = "legalised"
    EXEMPT_TREATY = "exempt_treaty"
    EXEMPT_LIST = "exempt_list"  # TT 01/2020/TT-BTP Đ6


@dataclass(frozen=True)
class Comparison:
    """Who compared what with which paper, when and where.

    Attributes:
        page_digest: of the scan the officer looked at beside the paper.
        paper_original_shown: the requester presented the paper original.
        pages_match: every page of the scan equals the paper.
        grounds: an answer for each of the six Đ22 grounds; True means present.
        pages_with_information: counted on the paper, covers included (TT 01/2020 Đ10).
        legalisation_note: number or ground of the legalisation or exemption.
        accepted_warnings: finding code → written reason.
        on_vneid: the paper was found on VNeID; the citizen still chose a copy.
    """

    officer_id: str
    compared_at: datetime
    place: str
    page_digest: str
    paper_original_shown: bool
    pages_match: bool
    original_kind: OriginalKind
    grounds: Mapping[RefusalGround, bool]
    pages_with_information: int
    legalisation: Legalisation
    legalisation_note: str
    accepted_warnings: Mapping[str, str]
    on_vneid: bool = False


def check_comparison(comparison: Comparison, scan: StoredScan) -> None:
    """Refuse unless the record is complete and is about exactly this scan.

    Raises:
        ComparisonIncomplete: something the law demands is missing or answered "no".
        ScanRefused: the scan has findings that block, or warnings not accepted.
    """
    problems = list(_record_problems(comparison, scan))
    if problems:
        raise ComparisonIncomplete(reason="; ".join(problems))
    scan_problems = list(_finding_problems(comparison, scan))
    if scan_problems:
        raise ScanRefused(field="scan", reason=" ".join(scan_problems))


def _record_problems(comparison: Comparison, scan: StoredScan) -> Iterator[str]:
    yield from _text_problems(comparison)
    if not comparison.paper_original_shown:
        yield "chưa xác nhận người yêu cầu đã xuất trình bản chính giấy"
    if not comparison.pages_match:
        yield "chưa xác nhận từng trang bản chụp đúng với bản chính"
    for ground in RefusalGround:
        if ground not in comparison.grounds:
            yield f"chưa trả lời: {GROUND_SENTENCES[ground].lower()}"
        elif comparison.grounds[ground]:
            yield f"phải từ chối chứng thực: {GROUND_SENTENCES[ground].lower()}"
    if comparison.pages_with_information != scan.page_count:
        yield (
            f"bản chính có {comparison.pages_with_information} trang có thông tin "
            f"nhưng bản chụp có {scan.page_count} trang"
        )
    if (
        comparison.legalisation is not Legalisation.NOT_FOREIGN
        and not comparison.legalisation_note.strip()
    ):
        yield "chưa ghi số hợp pháp hóa lãnh sự hoặc căn cứ được miễn"
    if comparison.page_digest != scan.page_digest:
        yield "bản chụp đã thay đổi sau khi đối chiếu, hãy đối chiếu lại"


def _text_problems(comparison: Comparison) -> Iterator[str]:
    if not comparison.place.strip():
        yield "chưa ghi nơi đối chiếu"
    texts = {
        "nơi đối chiếu": [comparison.place],
        "ghi chú hợp pháp hóa lãnh sự": [comparison.legalisation_note],
        "lý do chấp nhận bản chụp": comparison.accepted_warnings.values(),
    }
    for name, written in texts.items():
        if any(len(text) > MAX_TEXT for text in written):
            yield f"{name} dài quá {MAX_TEXT} ký tự"


def _finding_problems(comparison: Comparison, scan: StoredScan) -> Iterator[str]:
    seen: set[str] = set()
    for finding in scan.findings:
        if finding.code in seen:
            continue
        if finding.severity is Severity.BLOCK:
            seen.add(finding.code)
            yield finding.vi
        elif finding.severity is Severity.WARN:
            seen.add(finding.code)
            if not comparison.accepted_warnings.get(finding.code, "").strip():
                yield f"{finding.vi} (Cần ghi lý do nếu vẫn dùng.)"
