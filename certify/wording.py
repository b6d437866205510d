"""The lời chứng: versioned data bound to the law in force on the day.

Fixed words are never edited freely (domain §9 rule 12). A new text is a new entry
with its own date; old copies keep the version they were issued under.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wording:
    """One version of the lời chứng chứng thực bản sao từ bản chính.

    Attributes:
        lines: printed in order; fields {number}, {book}, {day}, {month}, {year}.
        conversion_marker: fields {time}, {authority}. Luật GDĐT 20/2023 Đ12 k.1,
            NĐ 137/2024 Đ4: sign in words, time, full name of the converter.
        confirmed: False while the official sheet has not been read.
    """

    version: str
    effective_from: date
    lines: tuple[str, ...]
    conversion_marker: str
    citation: str
    confirmed: bool


WORDINGS: tuple[Wording, ...] = (
    Wording(
        version="ND280-2025/mau-01/1",
        effective_from=date(2025, 11, 1),
        lines=(
            "Chứng thực bản sao đúng với bản chính",
            "Số chứng thực {number}, quyển số {book}",
            "Ngày {day:02d} tháng {month:02d} năm {year}",
        ),
        conversion_marker=(
            "Bản sao điện tử được chuyển đổi từ văn bản giấy. "
            "Thời gian chuyển đổi: {time}. "
            "Cơ quan thực hiện chuyển đổi: {authority}."
        ),
        citation="NĐ 280/2025/NĐ-CP Mẫu số 01; NĐ 23/2015/NĐ-CP Đ12",
        confirmed=False,
    ),
)


def wording_in_force(day: date) -> Wording:
    """Return the newest wording effective on a Vietnamese day.

    Raises:
        LookupError: no wording is effective yet on that day.
    """
    effective = [w for w in WORDINGS if w.effective_from <= day]
    if not effective:
        raise LookupError(f"no wording in force on {day}")
    return max(effective, key=lambda w: w.effective_from)


def wording_by_version(version: str) -> Wording:
    """Return the wording a statement names.

    Raises:
        LookupError: unknown version.
    """
    for wording in WORDINGS:
        if wording.version == version:
            return wording
    raise LookupError(f"unknown wording {version}")
