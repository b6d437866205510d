"""Quyết định with an annexed list: an administrative document after NĐ 30/2020."""

from api.samples.fiction import COMMUNE, MARK, PROVINCE, Fiction, Person
from api.samples.ink import SealText
from api.samples.parts import (
    BODY,
    BOLD,
    Signing,
    Table,
    national_head,
    office_head,
    signed,
    table,
)
from api.samples.sheet import Block, Sheet, Spot
from api.samples.typeface import Style

TITLE = "Quyết định về việc nâng bậc lương thường xuyên"
ISSUER = f"Ủy ban nhân dân xã {COMMUNE}"

_SEAL = SealText(f"ỦY BAN NHÂN DÂN XÃ {COMMUNE.upper()}", f"T. {PROVINCE.upper()}")
_SLANT = Style(12, italic=True)
_GROUNDS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
    "Căn cứ Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025;",
    "Xét biên bản họp Hội đồng xét nâng bậc lương thường xuyên quý II năm 2026;",
    "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội.",
)


def sheets(fiction: Fiction, employee: Person) -> list[Sheet]:
    """Return the decision and its annex, clean."""
    number = f"{fiction.number(112, 389)}/QĐ-UBND"
    chairman = fiction.person((1974, 1984), female=False).name
    decision = _decision(number, employee, chairman)
    return [decision, _annex(fiction, number, (employee, chairman))]


def _decision(number: str, employee: Person, chairman: str) -> Sheet:
    page = Sheet(210, 297)
    y = office_head(page, Spot(62, 24), "ỦY BAN NHÂN DÂN", (f"XÃ {COMMUNE.upper()}",))
    national_head(page, 142, 24, 11)
    page.text(Spot(62, y), f"Số: {number} ({MARK})", Style(11), "m")
    page.text(Spot(142, y), f"{COMMUNE}, ngày 29 tháng 6 năm 2026", _SLANT, "m")
    page.text(Spot(110, 56), "QUYẾT ĐỊNH", Style(15, bold=True), "m")
    page.text(Spot(110, 63), "Về việc nâng bậc lương thường xuyên", BOLD, "m")
    page.text(Spot(110, 69), "đối với công chức, người lao động", BOLD, "m")
    page.line(Spot(92, 71.5), Spot(128, 71.5), 0.25)
    chair = f"CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ {COMMUNE.upper()}"
    page.text(Spot(110, 81), chair, BOLD, "m")
    y = 91.0
    for ground in _GROUNDS:
        y = page.paragraph(Block(30, y, 160, indent=10), ground, _SLANT) + 1.2
    page.text(Spot(110, y + 3.5), "QUYẾT ĐỊNH:", BOLD, "m")
    y += 12.5
    for article, words in enumerate(_articles(employee), 1):
        end = page.text(Spot(40, y), f"Điều {article}. ", BOLD)
        y = page.paragraph(Block(30, y, 160, indent=end - 30), words, BODY) + 2
    _recipients(page, y + 6)
    titles = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    signed(page, Spot(146, y + 6), Signing(titles, chairman, _SEAL))
    return page


def _articles(employee: Person) -> tuple[str, str, str]:
    person = f"{'bà' if employee.female else 'ông'} {employee.name}"
    raised = (
        "Nâng bậc lương thường xuyên quý II năm 2026 đối với 06 công chức, người "
        f"lao động thuộc Ủy ban nhân dân xã {COMMUNE}, trong đó có {person}, từ hệ "
        "số 3,00 lên hệ số 3,33; thời gian tính nâng bậc lương lần sau kể từ ngày "
        "01 tháng 7 năm 2026 (có danh sách kèm theo)."
    )
    paid = (
        "Kinh phí thực hiện được chi từ nguồn ngân sách xã đã giao trong dự toán "
        "chi thường xuyên năm 2026 theo quy định hiện hành về quản lý tài chính."
    )
    done = (
        "Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng Hội đồng nhân dân "
        "và Ủy ban nhân dân, Trưởng phòng Kinh tế, Trưởng phòng Văn hóa - Xã hội và "
        "các cá nhân có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này."
    )
    return raised, paid, done


def _recipients(page: Sheet, y: float) -> None:
    page.text(Spot(30, y), "Nơi nhận:", Style(11, bold=True, italic=True))
    lines = ("- Như Điều 3;", "- Kho bạc Nhà nước khu vực;", "- Lưu: VT, VHXH.")
    for number, line in enumerate(lines, 1):
        page.text(Spot(30, y + number * 5), line, Style(10))


def _annex(fiction: Fiction, number: str, people: tuple[Person, str]) -> Sheet:
    page = Sheet(210, 297)
    page.text(Spot(110, 20), "2", BODY, "m")
    page.text(Spot(110, 34), "DANH SÁCH", Style(14, bold=True), "m")
    title = "Công chức, người lao động được nâng bậc lương thường xuyên quý II/2026"
    page.text(Spot(110, 41), title, BOLD, "m")
    basis = f"(Kèm theo Quyết định số {number} ngày 29/6/2026 của Chủ tịch UBND xã)"
    page.text(Spot(110, 48), basis, Style(11, italic=True), "m")
    page.text(Spot(110, 53.5), MARK, Style(9, italic=True), "m")
    rows: list[tuple[str, ...]] = [
        ("TT", "Họ và tên", "Ngày sinh", "Hệ số cũ", "Hệ số mới", "Hưởng từ")
    ]
    listed = [people[0]] + [
        fiction.person((1980, 1998), female=row % 2 == 0) for row in range(5)
    ]
    for row, person in enumerate(listed, 1):
        old = 2.34 + 0.33 * fiction.number(0, 5) if row > 1 else 3.0
        shown = [f"{value:.2f}".replace(".", ",") for value in (old, old + 0.33)]
        cells = (f"{row:02}", person.name, person.born, *shown, "01/7/2026")
        rows.append(cells)
    look = Table((12, 56, 27, 22, 23, 24), "mlmmmm", 9.5)
    y = table(page, Spot(26, 60), look, rows) + 9
    page.text(Spot(26, y), "Danh sách gồm 06 (sáu) người./.", BODY)
    signed(page, Spot(146, y + 12), Signing(("CHỦ TỊCH",), people[1], _SEAL))
    return page
