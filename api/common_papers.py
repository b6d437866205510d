"""The papers brought most often: suggestions, public document types.

Source: domain §8 (list of 2026-11-22). A title typed by an officer may hold a
person's name, so by code alone the public sees the type from this list, never the
title (domain rule 37).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommonPaper:
    """A kind of paper. Which ones VNeID carries is in `legal_tables.toml`."""

    title: str


COMMON_PAPERS: tuple[CommonPaper, ...] = (
    CommonPaper("Thẻ căn cước"),
    CommonPaper("Thẻ căn cước công dân"),
    CommonPaper("Giấy khai sinh"),
    CommonPaper("Bằng tốt nghiệp trung học phổ thông"),
    CommonPaper("Học bạ"),
    CommonPaper("Bằng tốt nghiệp đại học"),
    CommonPaper("Bằng tốt nghiệp cao đẳng"),
    CommonPaper("Bảng điểm"),
    CommonPaper("Chứng chỉ ngoại ngữ"),
    CommonPaper("Chứng chỉ tin học"),
    CommonPaper("Giấy chứng nhận quyền sử dụng đất"),
    CommonPaper("Giấy chứng nhận kết hôn"),
    CommonPaper("Giấy xác nhận tình trạng hôn nhân"),
    CommonPaper("Giấy chứng nhận đăng ký doanh nghiệp"),
    CommonPaper("Giấy chứng nhận đăng ký hộ kinh doanh"),
    CommonPaper("Giấy phép lái xe"),
    CommonPaper("Giấy đăng ký xe"),
    CommonPaper("Hộ chiếu"),
    CommonPaper("Sổ bảo hiểm xã hội"),
    CommonPaper("Thẻ bảo hiểm y tế"),
    CommonPaper("Giấy xác nhận thông tin về cư trú (CT07)"),
    CommonPaper("Trích lục khai tử"),
    CommonPaper("Quyết định bổ nhiệm"),
    CommonPaper("Quyết định nghỉ hưu"),
    CommonPaper("Quyết định ly hôn"),
    CommonPaper("Giấy chứng nhận hộ nghèo, hộ cận nghèo"),
    CommonPaper("Giấy xác nhận khuyết tật"),
    CommonPaper("Hợp đồng đã công chứng"),
    CommonPaper("Chứng chỉ hành nghề"),
    CommonPaper("Giấy khám sức khỏe"),
)

OTHER_TYPE = "Giấy tờ khác"


def _kind(title: str) -> CommonPaper | None:
    lowered = title.casefold()
    matching = [p for p in COMMON_PAPERS if lowered.startswith(p.title.casefold())]
    return max(matching, key=lambda p: len(p.title), default=None)


def public_type(title: str) -> str:
    """Return the kind of paper behind a title, safe to show to anybody."""
    paper = _kind(title)
    return paper.title if paper else OTHER_TYPE
