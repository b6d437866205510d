"""Clean sheets of many kinds for the labelled pages: forms, letters, cards.

All at 300 dpi and by seed. `Kind` says what of a sheet a fault can be seen on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from api.samples import birth_certificate, decision, school_report, student_card
from api.samples.fiction import COMMUNE, Fiction
from api.samples.ink import BLUE, SealText, seal
from api.samples.parts import BODY, BOLD, Signing, national_head, signed
from api.samples.sheet import MM, Block, Sheet, Spot
from api.samples.typeface import Style

VARIANTS = 4
A4 = (210.0, 297.0)
_WORDS = (  # noqa: SIM905 - a text is easier to read than a list
    "theo đề nghị của trưởng thôn và ý kiến người dân tại cuộc họp ngày hôm trước "
    "ủy ban nhân dân xã đã xem xét hồ sơ về việc chuyển quyền sử dụng đất giữa các hộ "
    "gia đình trong bản gồm ruộng bậc thang vườn cây ăn quả cùng lối đi chung nay xác "
    "nhận không có tranh chấp khiếu nại và giấy tờ kèm theo đầy đủ đúng quy định pháp "
    "luật hiện hành những phần còn lại sẽ được giải quyết sau khi đo đạc xong"
).split()
_SEAL = SealText(f"ỦY BAN NHÂN DÂN XÃ {COMMUNE.upper()}", "MẪU")

Draw = Callable[[np.random.Generator], Sheet]


@dataclass(frozen=True)
class Kind:
    """A kind of paper.

    Attributes:
        form: two of them differ only in what was filled in.
        lines: enough lines of print or writing for a cut through them to be content
            lost; a picture may run off the edge on purpose.
    """

    name: str
    draw: Draw
    form: bool = False
    lines: bool = True

    def sheet(self, rng: np.random.Generator) -> Image.Image:
        """One of `VARIANTS` sheets of this kind."""
        return self.variant(int(rng.integers(VARIANTS)))

    def two_sheets(self, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
        """Two that differ in what was filled in."""
        first, second = rng.choice(VARIANTS, 2, replace=False)
        return self.variant(int(first)), self.variant(int(second))

    def variant(self, number: int) -> Image.Image:
        """Sheet `number` of this kind; drawn once, since drawing is slow."""
        with Image.open(BytesIO(_packed(self, number))) as image:
            return image.convert("RGB")


@cache
def _packed(kind: Kind, number: int) -> bytes:
    """JPEG of a sheet: as pixels all of them would take a gigabyte."""
    target = BytesIO()
    rng = np.random.default_rng([number, *kind.name.encode()])
    kind.draw(rng).image.save(target, "JPEG", quality=95, subsampling=0)
    return target.getvalue()


def _birth(rng: np.random.Generator) -> Sheet:
    fiction = Fiction(rng)
    child = fiction.person((2015, 2025), female=bool(rng.integers(2)))
    return birth_certificate.sheet(
        fiction, child, fiction.person((1985, 1999), female=True)
    )


def _decision(page: int) -> Draw:
    def draw(rng: np.random.Generator) -> Sheet:
        fiction = Fiction(rng)
        return decision.sheets(fiction, fiction.person((1988, 1996), female=False))[
            page
        ]

    return draw


def _report(page: int) -> Draw:
    def draw(rng: np.random.Generator) -> Sheet:
        fiction = Fiction(rng)
        student = fiction.person((2006, 2009), female=bool(rng.integers(2)))
        return school_report.sheets(fiction, student)[page]

    return draw


def _card(rng: np.random.Generator) -> Sheet:
    """A card copied onto a white sheet, sometimes both sides."""
    fiction = Fiction(rng)
    sheet = Sheet(*A4)
    student = fiction.person((2003, 2008), female=bool(rng.integers(2)))
    sides = [student_card.front(fiction, student), student_card.back(fiction)]
    for number, side in enumerate(sides[: int(rng.integers(1, 3))]):
        place = (round(62 * MM), round((60 + 90 * number) * MM))
        sheet.image.paste(side.image, place)
    return sheet


def _letter(rng: np.random.Generator) -> Sheet:
    """A typed letter of some paragraphs in one of several sizes."""
    sheet = Sheet(*A4)
    size = float(rng.choice([10.5, 12.0, 13.0, 14.0]))
    if rng.random() < 0.5:
        national_head(sheet, 130, 26)
    y = 50.0
    for _ in range(int(rng.integers(2, 6))):
        words = " ".join(rng.choice(_WORDS, int(rng.integers(30, 90))))
        block = Block(28, y, 160, indent=10, leading=float(rng.uniform(1.2, 1.6)))
        y = sheet.paragraph(block, words.capitalize() + ".", Style(size)) + 2
        if y > 215:
            break
    if rng.random() < 0.6:
        name = Fiction(rng).person((1970, 1990), female=False).name
        signed(sheet, Spot(146, y + 6), Signing(("CHỦ TỊCH",), name, _SEAL))
    return sheet


def _sparse(rng: np.random.Generator) -> Sheet:
    """One or two lines on an otherwise empty sheet."""
    sheet = Sheet(*A4)
    for line in range(int(rng.integers(1, 3))):
        words = " ".join(rng.choice(_WORDS, int(rng.integers(6, 11))))
        y = float(rng.uniform(40, 200)) if line == 0 else 230.0
        sheet.text(Spot(30, y), words.capitalize(), BODY)
    return sheet


def _stamped(rng: np.random.Generator) -> Sheet:
    """The last page of a long paper: two lines, a signature and seals."""
    sheet = Sheet(*A4)
    words = " ".join(rng.choice(_WORDS, 24))
    y = sheet.paragraph(Block(30, 30, 158, indent=10), words, BODY)
    name = Fiction(rng).person((1970, 1990), female=False).name
    signed(sheet, Spot(146, y + 12), Signing(("CHỦ TỊCH",), name, _SEAL))
    if rng.random() < 0.5:
        sheet.stamp(seal(_SEAL, 30), Spot(float(rng.uniform(20, 80)), 110))
    return sheet


def _handwritten(rng: np.random.Generator) -> Sheet:
    """A request written by hand, on ruled or plain paper."""
    sheet = Sheet(*A4)
    pen = ImageDraw.Draw(sheet.image)
    if rng.random() < 0.5:
        sheet.text(Spot(105, 30), "ĐƠN ĐỀ NGHỊ", Style(15, bold=True), "m")
    ink = BLUE if rng.random() < 0.7 else (40, 40, 48)
    pitch, ruled = float(rng.uniform(8, 10)), rng.random() < 0.4
    for row in range(int(rng.integers(6, 20))):
        y = 45 + row * pitch
        if ruled:
            sheet.dots(Spot(25, y + 0.8), 190)
        x, end = 26.0 + (8 if row == 0 else 0), float(rng.uniform(120, 186))
        while x < end:
            x = _word(pen, rng, (x, y), ink) + float(rng.uniform(2.5, 4.5))
    return sheet


def _word(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    at: tuple[float, float],
    ink: tuple[int, int, int],
) -> float:
    """Some joined letters, a few of them tall; returns where the word ends (mm)."""
    x, y = at
    points = [(x, y)]
    for _ in range(int(rng.integers(3, 9))):
        draw = rng.random()
        high = 5.0 if draw < 0.22 else 2.3
        low = 3.0 if 0.22 <= draw < 0.36 else 0.0
        points += [(x + 0.9, y - high), (x + 1.1, y + low), (x + 1.9, y - 0.2)]
        x += float(rng.uniform(1.7, 2.5))
    path = np.array(points) + rng.normal(0, 0.18, (len(points), 2))
    along = np.linspace(0, len(path) - 1, len(path) * 8)
    smooth = np.column_stack(
        [np.interp(along, np.arange(len(path)), path[:, axis]) for axis in (0, 1)]
    )
    kernel = np.hanning(9) / np.hanning(9).sum()
    padded = np.pad(smooth, ((4, 4), (0, 0)), mode="edge")
    smooth = np.column_stack(
        [np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)]
    )
    pen.line([tuple(point) for point in smooth * MM], fill=ink, width=5, joint="curve")
    return x


def _photograph(rng: np.random.Generator) -> Sheet:
    """A print of 10 × 15 cm glued on a sheet, with two lines below."""
    sheet = Sheet(*A4)
    width, height = round(100 * MM), round(140 * MM)
    total = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((4, 60.0), (12, 30.0), (60, 15.0), (240, 8.0)):
        coarse = rng.normal(0, weight, (cells, cells, 3)).astype(np.float32)
        for channel in range(3):
            layer = Image.fromarray(coarse[..., channel])
            total[..., channel] += layer.resize(
                (width, height), Image.Resampling.BICUBIC
            )
    picture = Image.fromarray((total + 125).clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = rng.integers(0, (width - 200, height - 200))
        box = (
            int(x),
            int(y),
            int(x + rng.integers(60, 400)),
            int(y + rng.integers(60, 400)),
        )
        pen.ellipse(box, fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    picture = picture.filter(ImageFilter.GaussianBlur(1.2))
    sheet.image.paste(picture, (round(55 * MM), round(40 * MM)))
    for row in range(2):
        words = " ".join(rng.choice(_WORDS, 12))
        sheet.text(Spot(40, 195 + 8 * row), words.capitalize(), BODY)
    sheet.text(Spot(105, 28), "ẢNH HIỆN TRẠNG THỬA ĐẤT", BOLD, "m")
    return sheet


KINDS = (
    Kind("birth certificate", _birth, form=True),
    Kind("decision", _decision(0)),
    Kind("annexed list", _decision(1), form=True),
    Kind("report cover", _report(0), form=True),
    Kind("report particulars", _report(1), form=True),
    Kind("report marks", _report(2), form=True),
    Kind("card", _card, form=True, lines=False),
    Kind("letter", _letter),
    Kind("sparse", _sparse, lines=False),
    Kind("stamped", _stamped),
    Kind("handwritten", _handwritten),
    Kind("photograph", _photograph, lines=False),
)
