"""The paper size an officer states when a file carries no resolution."""

import re

from api.pages.desk_form import DeskForm
from certify.errors import InvalidInput

# Width × height in millimetres, as the scan is oriented.
PAPER_SIZES: tuple[tuple[str, str], ...] = (
    ("", "Theo độ phân giải ghi trong tệp"),
    ("210x297", "A4 đứng (210 × 297 mm)"),
    ("297x210", "A4 ngang (297 × 210 mm)"),
    ("148x210", "A5 đứng (148 × 210 mm)"),
    ("210x148", "A5 ngang (210 × 148 mm)"),
    ("297x420", "A3 đứng (297 × 420 mm)"),
    ("420x297", "A3 ngang (420 × 297 mm)"),
    ("190x265", "Sổ đỏ, sổ hồng, một trang (190 × 265 mm)"),
    ("380x265", "Sổ đỏ, sổ hồng, hai trang mở (380 × 265 mm)"),
    ("125x176", "Hộ chiếu, hai trang mở (125 × 176 mm)"),
    ("85.6x54", "Thẻ (85,6 × 54 mm)"),
    ("other", "Khổ khác: ghi ở ô bên cạnh"),
)

_SIZE = re.compile(r"(\d{1,4}(?:[.,]\d)?)\s*[x×*]\s*(\d{1,4}(?:[.,]\d)?)")
SMALLEST_MM, LARGEST_MM = 10.0, 2000.0


def stated_size(form: DeskForm) -> tuple[float, float] | None:
    """Read the stated size (width, height) in mm; None when the file shall say.

    Raises:
        InvalidInput: the free text is not a size.
    """
    chosen = form.text("paper", 20)
    text = form.text("paper_mm", 20) if chosen == "other" else chosen
    if not text and chosen != "other":
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidInput(
            field="Khổ giấy", reason="hãy ghi rộng × cao bằng mm, ví dụ 190x265"
        )
    width, height = (float(side.replace(",", ".")) for side in match.groups())
    if not all(SMALLEST_MM <= side <= LARGEST_MM for side in (width, height)):
        raise InvalidInput(field="Khổ giấy", reason="phải từ 10 đến 2000 mm")
    return width, height
