"""Học bạ trung học phổ thông: cover, particulars and two school years."""

from api.samples.fiction import COMMUNE, MARK, PROVINCE, Fiction, Person
from api.samples.ink import SealText
from api.samples.parts import (
    BODY,
    BOLD,
    Signing,
    Table,
    corner_mark,
    field,
    national_head,
    office_head,
    signed,
    table,
)
from api.samples.sheet import Block, Sheet, Spot
from api.samples.typeface import Style

TITLE = "Học bạ trung học phổ thông"
ISSUER = f"Trường Trung học phổ thông {COMMUNE}"

_SUBJECTS = (
    "Ngữ văn",
    "Toán",
    "Ngoại ngữ (Tiếng Anh)",
    "Lịch sử",
    "Vật lí",
    "Hóa học",
    "Sinh học",
    "Địa lí",
    "Giáo dục kinh tế và pháp luật",
    "Tin học",
    "Công nghệ",
    "Giáo dục thể chất",
)
_SEAL = SealText(
    f"SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH {PROVINCE.upper()}",
    "MẪU",
    ("TRƯỜNG", "TRUNG HỌC PHỔ THÔNG", COMMUNE.upper()),
)
_NUMBER = "Số sổ: 0218/HB-2023"


def sheets(fiction: Fiction, student: Person) -> list[Sheet]:
    """Return the four clean pages."""
    head = fiction.person((1970, 1980), female=False).name
    teachers = [fiction.person((1978, 1990), female=year == 0).name for year in (0, 1)]
    pages = [_cover(student), _particulars(fiction, student, head)]
    for grade, teacher in zip((10, 11), teachers, strict=True):
        pages.append(_year(fiction, student, grade, (teacher, head)))
    return pages


def _cover(student: Person) -> Sheet:
    sheet = Sheet(210, 297)
    sheet.box(Spot(14, 14), Spot(182, 269), None)
    sheet.box(Spot(16, 16), Spot(178, 265), None)
    office_head(
        sheet,
        Spot(58, 30),
        "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
        (f"TỈNH {PROVINCE.upper()}", f"TRƯỜNG THPT {COMMUNE.upper()}"),
    )
    national_head(sheet, 146, 30, 10)
    sheet.text(Spot(105, 102), "HỌC BẠ", Style(44, bold=True), "m")
    sheet.text(Spot(105, 120), "TRUNG HỌC PHỔ THÔNG", Style(22, bold=True), "m")
    for number, (label, value) in enumerate(
        (
            ("Họ và tên học sinh", student.name.upper()),
            ("Trường", f"THPT {COMMUNE}"),
            ("Xã / Phường", f"Xã {COMMUNE}"),
            ("Tỉnh / Thành phố", f"Tỉnh {PROVINCE}"),
        )
    ):
        field(sheet, Spot(38, 172 + number * 12), label, value, 172)
    sheet.text(Spot(105, 262), f"{_NUMBER} - {MARK}", BODY, "m")
    return sheet


def _particulars(fiction: Fiction, student: Person, head: str) -> Sheet:
    sheet = Sheet(210, 297)
    sheet.text(Spot(190, 18), f"{_NUMBER} - {MARK}", Style(9, italic=True), "r")
    national_head(sheet, 105, 30)
    sheet.text(Spot(105, 52), "HỌC BẠ", Style(20, bold=True), "m")
    sheet.text(Spot(105, 60), "TRUNG HỌC PHỔ THÔNG", Style(14, bold=True), "m")
    family = student.name.split()[0]
    father = fiction.person((1972, 1982), female=False, family=family).name
    mother = fiction.person((1974, 1984), female=True).name
    left = (
        ("Họ và tên", student.name),
        ("Ngày, tháng, năm sinh", student.born),
        ("Nơi sinh", f"Xã {COMMUNE}, tỉnh {PROVINCE}"),
        ("Dân tộc", "Thái"),
        ("Chỗ ở hiện tại", f"Bản Nà Phường, xã {COMMUNE}, tỉnh {PROVINCE}"),
        ("Họ và tên cha, nghề nghiệp", f"{father}, làm ruộng"),
        ("Họ và tên mẹ, nghề nghiệp", f"{mother}, giáo viên tiểu học"),
        ("Họ và tên người giám hộ", "không"),
    )
    for number, (label, value) in enumerate(left):
        field(sheet, Spot(25, 76 + number * 9.5), label, value, 190)
    sheet.text(Spot(105, 164), "QUÁ TRÌNH HỌC TẬP", BOLD, "m")
    rows = [("Năm học", "Lớp", "Tên trường, xã (phường), tỉnh (thành phố)")]
    for year, grade in ((2023, "10A2"), (2024, "11A2"), (2025, "12A2")):
        rows.append((f"{year} - {year + 1}", grade, f"{ISSUER}, {PROVINCE}"))
    table(sheet, Spot(25, 169), Table((34, 20, 111), "mml", 9), rows)
    sheet.text(Spot(140, 220), f"{COMMUNE}, ngày 05 tháng 9 năm 2023", _SLANT, "m")
    signed(sheet, Spot(140, 227), Signing(("HIỆU TRƯỞNG",), head, _SEAL))
    corner_mark(sheet, "Trang 1")
    return sheet


_SLANT = Style(12, italic=True)


def _year(
    fiction: Fiction, student: Person, grade: int, people: tuple[str, str]
) -> Sheet:
    sheet = Sheet(210, 297)
    year = 2013 + grade
    sheet.text(Spot(190, 18), f"{_NUMBER} - {MARK}", Style(9, italic=True), "r")
    field(sheet, Spot(25, 28), "Họ và tên", student.name, 118)
    field(sheet, Spot(122, 28), "Lớp", f"{grade}A2", 142)
    field(sheet, Spot(145, 28), "Năm học", f"{year} - {year + 1}", 190)
    rows: list[tuple[str, ...]] = [
        ("Môn học / Hoạt động giáo dục", "HK I", "HK II", "Cả năm", "Giáo viên")
    ]
    for subject in _SUBJECTS:
        first = fiction.mark()
        second = min(9.8, first + fiction.number(-6, 10) / 10)
        marks = [first, second, (first + 2 * second) / 3]
        shown = [f"{mark:.1f}".replace(".", ",") for mark in marks]
        teacher = fiction.person((1975, 1995), female=fiction.number(0, 1) == 1)
        rows.append((subject, *shown, teacher.name))
    look = Table((60, 17, 17, 19, 52), "lmmml", 8.2, 10.5)
    y = table(sheet, Spot(22, 34), look, rows) + 9
    sheet.text(Spot(25, y), "NHẬN XÉT CỦA GIÁO VIÊN CHỦ NHIỆM", BOLD)
    y = sheet.paragraph(Block(25, y + 7, 160, indent=8), _REMARK[grade], _SLANT) + 1
    results = [
        ("Kết quả rèn luyện", "Kết quả học tập", "Số buổi nghỉ học", "Kết luận"),
        (
            "Tốt",
            "Khá",
            f"{fiction.number(0, 6)} (có phép)",
            f"Được lên lớp {grade + 1}",
        ),
    ]
    y = table(sheet, Spot(22, y), Table((40, 40, 40, 45), "mmmm"), results) + 12
    day = f"{COMMUNE}, ngày 30 tháng 5 năm {year + 1}"
    sheet.text(Spot(142, y), day, _SLANT, "m")
    signed(sheet, Spot(58, y + 7), Signing(("GIÁO VIÊN CHỦ NHIỆM",), people[0]))
    signed(sheet, Spot(142, y + 7), Signing(("HIỆU TRƯỞNG",), people[1], _SEAL))
    corner_mark(sheet, f"Trang {grade - 8}")
    return sheet


_REMARK = {
    10: "Em ngoan ngoãn, lễ phép, biết giúp đỡ bạn bè; có ý thức tự học và chuẩn bị "
    "bài đầy đủ trước khi đến lớp. Cần mạnh dạn phát biểu xây dựng bài hơn nữa và "
    "rèn luyện thêm kỹ năng trình bày.",
    11: "Em có nhiều tiến bộ rõ rệt so với năm trước, tích cực tham gia các hoạt động "
    "tập thể của lớp và của Đoàn trường. Cần giữ vững kết quả ở những môn khoa học "
    "tự nhiên, luyện viết đều đặn.",
}
