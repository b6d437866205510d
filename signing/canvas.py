"""Draws text, lines, pictures and QR codes as PDF content operators.

Units are PDF points (1/72 inch), origin at the lower left. A `Canvas` only collects
operators; `compose` puts them into content streams and form XObjects.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import segno

from signing.fonts import Face, Typeface

MM = 72 / 25.4

BLACK = (0.0, 0.0, 0.0)
GREY = (0.35, 0.35, 0.35)
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle: lower left corner, width, height, in points."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> float:
        """Horizontal middle."""
        return self.x + self.width / 2

    @property
    def corners(self) -> list[float]:
        """PDF /Rect: lower left and upper right corner."""
        return [self.x, self.y, self.x + self.width, self.y + self.height]

    def meets(self, other: "Box") -> bool:
        """Tell whether the two overlap."""
        return not (
            self.x + self.width <= other.x
            or other.x + other.width <= self.x
            or self.y + self.height <= other.y
            or other.y + other.height <= self.y
        )


@dataclass(frozen=True)
class Style:
    """How a run of text looks; `size` and `leading` in points."""

    size: float
    bold: bool = False
    colour: Colour = BLACK

    @property
    def leading(self) -> float:
        """Distance between base lines."""
        return self.size * 1.35


@dataclass
class Canvas:
    """Collects operators; fonts are /Regular and /Bold of its resources."""

    typeface: Typeface
    operators: list[bytes] = field(default_factory=list)

    def face(self, style: Style) -> Face:
        """Return the face a style is set in."""
        return self.typeface.bold if style.bold else self.typeface.regular

    def width(self, text: str, style: Style) -> float:
        """Width of a text in points."""
        return self.face(style).width(text, style.size)

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Set one line with its base line at y, starting at x."""
        name = b"/Bold" if style.bold else b"/Regular"
        red, green, blue = style.colour
        self.operators.append(
            b"BT %s %s Tf %s %s %s rg %s %s Td <%s> Tj ET"
            % (
                name,
                number(style.size),
                number(red),
                number(green),
                number(blue),
                number(x),
                number(y),
                self.face(style).encode(text).hex().encode(),
            )
        )

    def centred(self, x: float, y: float, text: str, style: Style) -> None:
        """Set one line centred on x."""
        self.text(x - self.width(text, style) / 2, y, text, style)

    def wrap(self, text: str, width: float, style: Style) -> Iterator[str]:
        """Break at spaces; a word wider than the line is broken anywhere."""
        line = ""
        for word in text.split(" "):
            candidate = f"{line} {word}" if line else word
            if self.width(candidate, style) <= width:
                line = candidate
                continue
            if line:
                yield line
            line = word
            while self.width(line, style) > width:
                cut = next(
                    n
                    for n in range(len(line), 0, -1)
                    if n == 1 or self.width(line[:n], style) <= width
                )
                yield line[:cut]
                line = line[cut:]
        yield line

    def paragraph(
        self, x: float, y: float, width: float, text: str, style: Style
    ) -> float:
        """Set wrapped text below y; return the y below its last line."""
        for line in self.wrap(text, width, style):
            y -= style.leading
            self.text(x, y, line, style)
        return y

    def centred_paragraph(
        self, x: float, y: float, width: float, text: str, style: Style
    ) -> float:
        """Set wrapped text below y, each line centred on x; return the y below."""
        for line in self.wrap(text, width, style):
            y -= style.leading
            self.centred(x, y, line, style)
        return y

    def line(self, x: float, y: float, length: float, weight: float = 0.6) -> None:
        """Draw a horizontal line."""
        self.operators.append(
            b"%s w 0 0 0 RG %s %s m %s %s l S"
            % (number(weight), number(x), number(y), number(x + length), number(y))
        )

    def frame(self, box: Box, weight: float = 0.4) -> None:
        """Draw the outline of a box."""
        self.operators.append(
            b"%s w 0.6 0.6 0.6 RG %s %s %s %s re S"
            % (
                number(weight),
                number(box.x),
                number(box.y),
                number(box.width),
                number(box.height),
            )
        )

    def place(self, name: str, box: Box) -> None:
        """Draw an image XObject over a box."""
        self.operators.append(
            b"q %s 0 0 %s %s %s cm /%s Do Q"
            % (
                number(box.width),
                number(box.height),
                number(box.x),
                number(box.y),
                name.encode(),
            )
        )

    def content(self) -> bytes:
        """Return the content stream."""
        return b"\n".join(self.operators) + b"\n"


def number(value: float) -> bytes:
    """Return a PDF number with at most three decimals."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return b"0" if text == "-0" else text.encode()


def qr_operators(address: str) -> bytes:
    """Return a QR code as black runs in the unit square, quiet zone included.

    Error correction M; ISO/IEC 18004 wants four quiet modules on each side.
    """
    quiet = 4
    matrix = segno.make(address, error="m", micro=False).matrix
    side = len(matrix) + 2 * quiet
    module = 1 / side
    out = [b"0 0 0 rg"]
    for row, cells in enumerate(matrix):
        column = 0
        while column < len(cells):
            start = column
            while column < len(cells) and cells[column]:
                column += 1
            if column > start:
                out.append(
                    b"%.5f %.5f %.5f %.5f re"
                    % (
                        (start + quiet) * module,
                        1 - (row + 1 + quiet) * module,
                        (column - start) * module,
                        module,
                    )
                )
            column += 1
    out.append(b"f")
    return b"\n".join(out) + b"\n"
