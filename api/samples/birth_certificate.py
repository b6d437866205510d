"""Giấy khai sinh, one page."""

from collections.abc import Sequence

from api.samples.fiction import COMMUNE, MARK, PROVINCE, Fiction, Person
from api.samples.ink import SealText
from api.samples.parts import BOLD, Signing, field, national_head, signed
from api.samples.sheet import Sheet, Spot
from api.samples.typeface import Style

TITLE = "Giấy khai sinh"
ISSUER = f"Ủy ban nhân dân xã {COMMUNE}"

_SEAL = SealText(f"ỦY BAN NHÂN DÂN XÃ {COMMUNE.upper()}", f"T. {PROVINCE.upper()}")
_FRAME = (150, 60, 66)
_YEAR = "hai nghìn không trăm hai mươi lăm"
_DIGITS = ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_APRIL = 4

_Rows = Sequence[Sequence[tuple[str, str]]]


def sheet(fiction: Fiction, child: Person, mother: Person) -> Sheet:
    """Return the clean page."""
    page = Sheet(210, 297)
    _frame(page)
    page.text(Spot(28, 28), ISSUER.upper(), Style(9.5, bold=True))
    page.text(Spot(28, 33), f"Xã {COMMUNE}, tỉnh {PROVINCE}", Style(9.5))
    number = f"Số: {fiction.number(11, 98)}/2026 - {MARK}"
    page.text(Spot(182, 28), number, Style(9.5), "r")
    national_head(page, 105, 46, 13)
    page.text(
        Spot(105, 74), "GIẤY KHAI SINH", Style(25, bold=True, colour=(176, 30, 40)), "m"
    )
    y = _rows(page, 90, _about_child(child))
    family = child.name.split()[0]
    father = fiction.person((1990, 1996), female=False, family=family)
    y = _rows(page, y + 2, _about_parent("mẹ", mother))
    y = _rows(page, y + 2, _about_parent("cha", father))
    paper = f"Giấy chứng sinh số {fiction.number(100, 999)}/CS-TYT"
    registered = (
        (("Họ, chữ đệm, tên người đi khai sinh", mother.name),),
        (("Giấy tờ tùy thân", paper),),
        (("Nơi đăng ký khai sinh", f"{ISSUER}, {PROVINCE}"),),
        (("Ngày, tháng, năm đăng ký", "Ngày 12 tháng 01 năm 2026"),),
    )
    y = _rows(page, y + 2, registered)
    chairman = fiction.person((1974, 1984), female=False).name
    page.text(Spot(134, y), "NGƯỜI KÝ GIẤY KHAI SINH", BOLD, "m")
    signed(page, Spot(134, y + 5.5), Signing(("CHỦ TỊCH",), chairman, _SEAL))
    return page


def _rows(page: Sheet, y: float, rows: _Rows) -> float:
    """Write rows of one or three fields; return the next baseline."""
    for row in rows:
        ends = (182.0,) if len(row) == 1 else (70.0, 118.0, 182.0)
        x = 28.0
        for (label, value), end in zip(row, ends, strict=True):
            field(page, Spot(x, y), label, value, end)
            x = end + 3
        y += 8.1
    return y


def _about_child(child: Person) -> _Rows:
    return (
        (("Họ, chữ đệm, tên", child.name.upper()),),
        (("Ngày, tháng, năm sinh", child.born),),
        (("Ghi bằng chữ", _spelled(child.born)),),
        (("Giới tính", child.gender), ("Dân tộc", "Kinh"), ("Quốc tịch", "Việt Nam")),
        (("Nơi sinh", f"Trạm Y tế xã {COMMUNE}, tỉnh {PROVINCE}"),),
        (("Quê quán", f"Xã {COMMUNE}, tỉnh {PROVINCE}"),),
        (("Số định danh cá nhân", f"000000000000 ({MARK})"),),
    )


def _about_parent(role: str, person: Person) -> _Rows:
    year = person.born[-4:]
    return (
        ((f"Họ, chữ đệm, tên người {role}", person.name),),
        (("Năm sinh", year), ("Dân tộc", "Kinh"), ("Quốc tịch", "Việt Nam")),
        (("Nơi cư trú", f"Thôn Hòa Thượng, xã {COMMUNE}, tỉnh {PROVINCE}"),),
    )


def _spelled(born: str) -> str:
    """Spell a date of 2025 in words."""
    day, month, _ = (int(part) for part in born.split("/"))
    spelled = "tư" if month == _APRIL else _words(month)
    return f"ngày {_words(day)} tháng {spelled} năm {_YEAR}"


def _words(number: int) -> str:
    """Spell 1 to 31: mười lăm, hai mươi mốt."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    last = {0: "", 1: "mốt" if tens > 1 else "một", 5: "lăm"}.get(ones, _DIGITS[ones])
    return f"{'mười' if tens == 1 else f'{_DIGITS[tens]} mươi'} {last}".strip()


def _frame(page: Sheet) -> None:
    """Print the coloured frame of the form: two rules and a row of small diamonds."""
    for inset, width in ((15.0, 0.9), (19.5, 0.3)):
        for corner, size in (
            (Spot(inset, inset), Spot(210 - 2 * inset, width)),
            (Spot(inset, 297 - inset - width), Spot(210 - 2 * inset, width)),
            (Spot(inset, inset), Spot(width, 297 - 2 * inset)),
            (Spot(210 - inset - width, inset), Spot(width, 297 - 2 * inset)),
        ):
            page.box(corner, size, _FRAME)
    for number in range(58):
        x = 19.3 + number * 3
        for y in (17.1, 278.8):
            page.box(Spot(x, y), Spot(1.2, 1.2), (206, 150, 150))
    for number in range(87):
        y = 19.3 + number * 3
        for x in (17.1, 191.8):
            page.box(Spot(x, y), Spot(1.2, 1.2), (206, 150, 150))
