"""Thẻ sinh viên: both sides of a card of ISO/IEC 7810 ID-1 size."""

from api.samples.fiction import MARK, PROVINCE, Fiction, Person
from api.samples.ink import SealText, seal
from api.samples.sheet import Block, Sheet, Spot
from api.samples.typeface import Style

TITLE = "Thẻ sinh viên"
ISSUER = f"Trường Đại học {PROVINCE}"
CARD_MM = (85.6, 53.98)

_BLUE = (24, 70, 140)
_WHITE = (255, 255, 255)
_SEAL = SealText(
    "BỘ GIÁO DỤC VÀ ĐÀO TẠO", "MẪU", ("TRƯỜNG", "ĐẠI HỌC", PROVINCE.upper())
)
_RULES = (
    "1. Thẻ dùng để ra vào trường, mượn sách thư viện và dự thi.",
    "2. Không cho người khác mượn thẻ, không tẩy xóa, sửa chữa.",
    "3. Mất thẻ phải báo ngay cho Phòng Công tác sinh viên.",
    "4. Người nhặt được xin gửi về địa chỉ của trường.",
)


def front(fiction: Fiction, student: Person) -> Sheet:
    """Return the clean front."""
    card = Sheet(*CARD_MM)
    card.box(Spot(0, 0), Spot(85.6, 13), _BLUE)
    card.text(Spot(50, 5), "BỘ GIÁO DỤC VÀ ĐÀO TẠO", Style(6.5, colour=_WHITE), "m")
    name = Style(9, bold=True, colour=_WHITE)
    card.text(Spot(50, 10), ISSUER.upper(), name, "m")
    title = Style(12, bold=True, colour=(190, 30, 40))
    card.text(Spot(56, 19.5), "THẺ SINH VIÊN", title, "m")
    _portrait(card)
    lines = (
        ("Họ và tên", student.name),
        ("Ngày sinh", student.born),
        ("Ngành", "Công nghệ kỹ thuật điện tử"),
        ("Khóa", "2024 - 2028"),
        ("MSSV", f"{MARK} {fiction.number(100, 999)}"),
    )
    for number, (label, value) in enumerate(lines):
        y = 26 + number * 5.4
        card.text(Spot(30, y), f"{label}:", Style(7))
        card.text(Spot(45, y), value, Style(7, bold=True))
    card.stamp(seal(_SEAL, 17), Spot(11.5, 33))
    return card


def back(fiction: Fiction) -> Sheet:
    """Return the clean back."""
    card = Sheet(*CARD_MM)
    card.box(Spot(0, 0), Spot(85.6, 4), _BLUE)
    card.text(Spot(42.8, 11), "QUY ĐỊNH SỬ DỤNG THẺ", Style(8, bold=True), "m")
    y = 17.0
    for rule in _RULES:
        y = card.paragraph(Block(6, y, 74, leading=1.45), rule, Style(6.8)) + 0.6
    x, end = 16.0, 68.0
    while x < end:
        wide = fiction.number(1, 4) * 0.22
        card.box(Spot(x, 38), Spot(wide, 8), (20, 20, 24))
        x += wide + fiction.number(1, 3) * 0.25
    card.text(Spot(42.8, 50), f"{MARK} - Có giá trị đến 30/6/2028", Style(6), "m")
    return card


def _portrait(card: Sheet) -> None:
    """Draw a drawn figure where the photograph of a person would be."""
    card.box(Spot(5, 17), Spot(22, 29), (186, 208, 230))
    skin, shirt, hair = (214, 178, 150), (240, 242, 245), (48, 40, 38)
    card.oval(Spot(10.2, 20.5), Spot(11.6, 13), hair)
    card.oval(Spot(11.2, 23), Spot(9.6, 12), skin)
    card.box(Spot(14, 33), Spot(4, 6), skin)
    card.oval(Spot(7, 36.5), Spot(18, 16), shirt)
    card.box(Spot(5, 46), Spot(22, 7), _WHITE)
