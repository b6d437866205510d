"""Pieces that Vietnamese papers share: head, fields, tables, signature and seal."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.samples.ink import SealText, seal, signature
from api.samples.sheet import Sheet, Spot
from api.samples.typeface import Style

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
BODY = Style(12)
BOLD = Style(12, bold=True)


def national_head(sheet: Sheet, x: float, y: float, size: float = 11.5) -> None:
    """Quốc hiệu and tiêu ngữ, centred on `x`, underlined (NĐ 30/2020 Phụ lục I)."""
    sheet.text(Spot(x, y), NATION, Style(size, bold=True), "m")
    motto = Style(size + 0.5, bold=True)
    sheet.text(Spot(x, y + size * 0.47), MOTTO, motto, "m")
    half = sheet.length(MOTTO, motto) / 2
    below = y + size * 0.47 + 2.2
    sheet.line(Spot(x - half, below), Spot(x + half, below), 0.25)


def office_head(sheet: Sheet, spot: Spot, above: str, office: Sequence[str]) -> float:
    """Superior body and issuing office, centred; a short rule below.

    Returns:
        The baseline for the number below it.
    """
    width = 74.0
    sheet.fitted(spot, above, Style(11), width)
    y = spot.y
    for line in office:
        y += 5.2
        sheet.fitted(Spot(spot.x, y), line, Style(11, bold=True), width)
    sheet.line(Spot(spot.x - 12, y + 2), Spot(spot.x + 12, y + 2), 0.25)
    return y + 8.2


def field(sheet: Sheet, spot: Spot, label: str, value: str, end: float) -> None:
    """A label and its answer, fitted on a dotted line that runs to `end`."""
    x = sheet.text(spot, f"{label}: ", BODY)
    sheet.dots(Spot(x, spot.y + 0.8), end)
    answer = Style(12, italic=True)
    ratio = min(1.0, (end - x - 1.5) / sheet.length(value, answer))
    sheet.text(Spot(x + 1.5, spot.y), value, Style(12 * ratio, italic=True))


@dataclass(frozen=True)
class Signing:
    """Who signed and stamped: title lines, name, words of the seal."""

    titles: tuple[str, ...]
    name: str
    seal: SealText | None = None
    seal_mm: float = 36.0
    bold_name: bool = True


def signed(sheet: Sheet, spot: Spot, signing: Signing) -> None:
    """Title, blue signature, name; the red seal covers its left third."""
    y = spot.y
    for title in signing.titles:
        sheet.fitted(Spot(spot.x, y), title, BOLD, 74)
        y += 5.4
    width, height = 42.0, 18.0
    left = spot.x - width / 2
    sheet.stamp(signature(signing.name, width, height), Spot(left, y - 0.5))
    if signing.seal:
        corner = Spot(
            left + width / 3 - signing.seal_mm,
            y - 0.5 + height / 2 - signing.seal_mm / 2,
        )
        sheet.stamp(seal(signing.seal, signing.seal_mm), corner)
    style = BOLD if signing.bold_name else BODY
    sheet.text(Spot(spot.x, y + height + 6), signing.name, style, "m")


@dataclass(frozen=True)
class Table:
    """Rules and cells; column widths and row height in millimetres.

    Attributes:
        align: one letter per column, l or m.
    """

    widths: tuple[float, ...]
    align: str
    row_mm: float = 8.0
    size: float = 11.0


def table(
    sheet: Sheet, corner: Spot, look: Table, rows: Sequence[Sequence[str]]
) -> float:
    """Draw a table; its first row is the head.

    Returns:
        The y of its lower edge.
    """
    width, height = sum(look.widths), look.row_mm * len(rows)
    for number in range(len(rows) + 1):
        y = corner.y + number * look.row_mm
        sheet.line(Spot(corner.x, y), Spot(corner.x + width, y))
    x = corner.x
    for column, wide in enumerate(look.widths):
        sheet.line(Spot(x, corner.y), Spot(x, corner.y + height))
        for number, row in enumerate(rows):
            y = corner.y + (number + 0.5) * look.row_mm + look.size * 0.125
            _cell(sheet, Spot(x, y), row[column], (look, column, number == 0))
        x += wide
    sheet.line(Spot(x, corner.y), Spot(x, corner.y + height))
    return corner.y + height


def _cell(sheet: Sheet, spot: Spot, text: str, where: tuple[Table, int, bool]) -> None:
    look, column, head = where
    wide = look.widths[column]
    style = Style(look.size, bold=head)
    if head or look.align[column] == "m":
        sheet.fitted(Spot(spot.x + wide / 2, spot.y), text, style, wide - 2)
    else:
        sheet.text(Spot(spot.x + 1.8, spot.y), text, style)


def corner_mark(sheet: Sheet, text: str, y: float = 289.0) -> None:
    """Page foot: what this paper is, and that it is a trial."""
    sheet.text(Spot(sheet.width / 2, y), text, Style(9, italic=True), "m")
