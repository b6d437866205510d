"""Where things stand on a copy: the foot band of a page and the last page.

Pure drawing from data; units are points. The scan is never covered: a page grows by
`BAND_HEIGHT` at its foot, and the attestation stands on a page of its own.
"""

from dataclasses import dataclass

from certify.attestation import CopyOrder
from certify.clock import VIETNAM, paper_time
from certify.identifiers import show_verification_code
from signing.canvas import GREY, MM, Box, Canvas, Style
from signing.pictures import Picture

BAND_HEIGHT = 18 * MM
MIN_BAND_WIDTH = 60 * MM  # narrower pages carry the band on the last page only
LAST_PAGE = Box(0, 0, 210 * MM, 297 * MM)

_MARGIN = 20 * MM
_BODY_SIZES = (12, 11, 10, 9, 8)
_WIDGET_HEIGHT = 24 * MM
_WIDGET_SIZES = (8, 7, 6, 5, 4)
_FOOT_GAP = 6 * MM
_FOOT_HEIGHT = 26 * MM
_FOOT_MARGIN = 10 * MM
_SMALL = Style(9)
_NOTE = Style(8, colour=GREY)


def draw_band(canvas: Canvas, order: CopyOrder, width: float, page: str) -> None:
    """Draw the band of one page; `page` is "1/4". QR is the XObject /QR."""
    qr = BAND_HEIGHT - 2 * MM
    canvas.line(0, BAND_HEIGHT, width, 0.4)
    canvas.place("QR", Box(width - qr - MM, MM, qr, qr))
    code = show_verification_code(order.statement.verification_code)
    lines = [
        (f"Bản sao điện tử có chứng thực – {order.statement.authority_name}", True),
        (f"Số chứng thực {order.shown_number}", False),
        (f"Trang {page} – Mã tra cứu {code}", False),
        (order.address, False),
    ]
    room = width - qr - 6 * MM
    size = _largest_size(canvas, lines, room)
    if size is None:  # a narrow page: what identifies the copy, on short lines
        lines = [
            ("Bản sao điện tử có chứng thực", True),
            (f"Số {order.shown_number}", False),
            (f"Trang {page}", False),
            (code, False),
        ]
        size = _largest_size(canvas, lines, room) or 4.0
    leading = size * 1.4
    y = BAND_HEIGHT / 2 + leading * (len(lines) / 2 - 0.75)
    for text, bold in lines:
        canvas.text(3 * MM, y, text, Style(size, bold=bold))
        y -= leading


def _largest_size(
    canvas: Canvas, lines: list[tuple[str, bool]], room: float
) -> float | None:
    for half_points in range(15, 9, -1):  # 7.5 pt down to 5 pt
        size = half_points / 2
        if all(canvas.width(t, Style(size, bold=b)) <= room for t, b in lines):
            return size
    return None


@dataclass(frozen=True)
class LastPage:
    """Boxes of the last page that other objects fill.

    Attributes:
        person_widget, seal_widget: the signature fields; they never overlap.
        signature_picture, seal_picture: page content; the seal overlaps the left
            third of the signature (NĐ 30/2020 Phụ lục I).
    """

    person_widget: Box
    seal_widget: Box
    signature_picture: Box
    seal_picture: Box


def draw_last_page(
    canvas: Canvas, order: CopyOrder, *, signature: Picture, seal: Picture
) -> LastPage:
    """Draw the lời chứng page. Pictures are the XObjects /Signature and /Seal.

    The body is set at 12 points, smaller only where long names need it.

    Raises:
        ValueError: does not fit at any size; the desk's length limits prevent it.
    """
    for size in _BODY_SIZES:
        sheet = Canvas(canvas.typeface)
        y = _draw_heading(sheet, order)
        y = _draw_facts(sheet, order, y, size)
        y = _draw_attestation(sheet, order, y - 2.4 * size, size)
        pictures, y = _draw_signature(sheet, order, y - 3 * MM, signature, seal, size)
        base = min(y - 8 * MM, 92 * MM) - _WIDGET_HEIGHT
        if base - _FOOT_GAP - _FOOT_HEIGHT < _FOOT_MARGIN:
            continue
        width = (LAST_PAGE.width - 2 * _MARGIN - 6 * MM) / 2
        left = Box(_MARGIN, base, width, _WIDGET_HEIGHT)
        right = Box(left.x + width + 6 * MM, base, width, _WIDGET_HEIGHT)
        _draw_foot(sheet, order, base - _FOOT_GAP)
        canvas.operators.extend(sheet.operators)
        return LastPage(left, right, *pictures)
    raise ValueError("the attestation does not fit its page")


def draw_widget(canvas: Canvas, box: Box, lines: tuple[str, ...]) -> None:
    """Draw what stands under a signature field; the first line is its heading.

    It is page content and not the field's appearance: a validator that compares what
    was shown before and after a signature (EU DSS) takes a field for added once it
    is signed, so a field must show nothing of its own.
    """
    canvas.frame(Box(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1))
    y = box.y + box.height - 2 * MM
    room = box.width - 5 * MM
    styles = _fitting_styles(canvas, lines, room, box.height - 4 * MM)
    for line, style in zip(lines, styles, strict=True):
        y = canvas.paragraph(box.x + 2.5 * MM, y, room, line, style)


def _fitting_styles(
    canvas: Canvas, lines: tuple[str, ...], width: float, height: float
) -> list[Style]:
    """Return a style per line: the largest size at which all lines fit.

    Raises:
        ValueError: none fits; the desk's length limits prevent it.
    """
    for size in _WIDGET_SIZES:
        styles = [Style(size, bold=number == 0) for number in range(len(lines))]
        count = sum(
            len(list(canvas.wrap(line, width, style)))
            for line, style in zip(lines, styles, strict=True)
        )
        if count * Style(size).leading <= height:
            return styles
    raise ValueError("the text does not fit its signature field")


def _draw_heading(canvas: Canvas, order: CopyOrder) -> float:
    top = LAST_PAGE.height - 22 * MM
    half = (LAST_PAGE.width - 2 * _MARGIN) / 2
    left = _MARGIN + half * 0.45
    right = _MARGIN + half * 1.45
    canvas.centred(
        right, top, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Style(11, bold=True)
    )
    motto = "Độc lập – Tự do – Hạnh phúc"
    canvas.centred(right, top - 16, motto, Style(11.5, bold=True))
    motto_width = canvas.width(motto, Style(11.5, bold=True))
    canvas.line(right - motto_width / 2, top - 21, motto_width)
    y = canvas.centred_paragraph(
        left,
        top + Style(11).leading,
        half * 0.9,
        order.statement.authority_name.upper(),
        Style(11, bold=True),
    )
    canvas.line(left - 22, y - 6, 44)
    return min(y, top - 21) - 14 * MM


def _draw_facts(canvas: Canvas, order: CopyOrder, y: float, size: float) -> float:
    body = Style(size)
    statement = order.statement
    canvas.centred(
        LAST_PAGE.centre,
        y,
        "BẢN SAO ĐIỆN TỬ CHỨNG THỰC TỪ BẢN CHÍNH",
        Style(14, bold=True),
    )
    y -= 7 * MM
    rows = (
        ("Tên giấy tờ", statement.original_title),
        ("Số trang của bản chính", f"{statement.original_pages:02d}"),
        ("Số bản sao", f"{statement.copies:02d}"),
    )
    label_width = 54 * MM
    room = LAST_PAGE.width - 2 * _MARGIN - label_width
    for label, value in rows:
        canvas.text(_MARGIN, y - body.leading, f"{label}:", body)
        y = canvas.paragraph(_MARGIN + label_width, y, room, value, body) - 1 * MM
    return y


def _draw_attestation(canvas: Canvas, order: CopyOrder, y: float, size: float) -> float:
    """Set the fixed words of the lời chứng; their fields are all filled here."""
    day = order.attested_at.astimezone(VIETNAM)
    canvas.centred(LAST_PAGE.centre, y, "LỜI CHỨNG", Style(size + 1, bold=True))
    y -= 3 * MM
    width = LAST_PAGE.width - 2 * _MARGIN
    for line in order.wording.lines:
        text = line.format(
            number=f"{order.number.number:02d}",
            book=order.number.book,
            day=day.day,
            month=day.month,
            year=day.year,
        )
        y = (
            canvas.centred_paragraph(LAST_PAGE.centre, y, width, text, Style(size))
            - 1 * MM
        )
    return y


def _draw_signature(
    canvas: Canvas,
    order: CopyOrder,
    y: float,
    signature: Picture,
    seal: Picture,
    size: float,
) -> tuple[tuple[Box, Box], float]:
    """Draw title, pictures and name, as on paper; return the boxes and the y below."""
    bold = Style(size, bold=True)
    column = LAST_PAGE.width * 0.68
    width = 80 * MM
    for line in order.statement.signatory_title:
        y = canvas.centred_paragraph(column, y, width, line, bold)
    high = max(signature.height_mm, seal.height_mm) * MM
    middle = y - 3 * MM - high / 2
    sign = Box(
        column - signature.width_mm * MM / 2,
        middle - signature.height_mm * MM / 2,
        signature.width_mm * MM,
        signature.height_mm * MM,
    )
    stamp = Box(
        sign.x + sign.width / 3 - seal.width_mm * MM,
        middle - seal.height_mm * MM / 2,
        seal.width_mm * MM,
        seal.height_mm * MM,
    )
    canvas.place("Signature", sign)
    canvas.place("Seal", stamp)
    y = canvas.centred_paragraph(
        column,
        middle - high / 2 - 1 * MM,
        width,
        order.statement.signatory_name,
        bold,
    )
    return (sign, stamp), y


def _draw_foot(canvas: Canvas, order: CopyOrder, y: float) -> None:
    qr = _FOOT_HEIGHT
    canvas.place("QR", Box(LAST_PAGE.width - _MARGIN - qr, y - qr, qr, qr))
    room = LAST_PAGE.width - 2 * _MARGIN - qr - 6 * MM
    code = show_verification_code(order.statement.verification_code)
    y = canvas.paragraph(
        _MARGIN, y, room, f"Số chứng thực: {order.shown_number}", _SMALL
    )
    y = canvas.paragraph(_MARGIN, y, room, f"Mã tra cứu: {code}", Style(9, bold=True))
    y = canvas.paragraph(_MARGIN, y, room, f"Kiểm tra tại: {order.address}", _SMALL)
    marker = order.wording.conversion_marker.format(
        time=paper_time(order.attested_at), authority=order.statement.authority_name
    )
    canvas.paragraph(_MARGIN, y - 1 * MM, room, marker, _NOTE)
