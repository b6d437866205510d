"""A clean sheet of paper measured in millimetres, before any scanner saw it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from api.samples.typeface import POINT_MM, Style, Typeface

DPI = 300
MM = DPI / 25.4
INK = (28, 27, 32)


@dataclass(frozen=True)
class Spot:
    """A point on the sheet, millimetres from the top left corner."""

    x: float
    y: float


@dataclass(frozen=True)
class Block:
    """Where a paragraph goes: left edge, first baseline and width in millimetres."""

    x: float
    y: float
    width: float
    indent: float = 0.0
    leading: float = 1.5


class Sheet:
    """White paper and black toner; text is placed by its baseline."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        """Begin an empty sheet of that size at 300 dpi."""
        self.width, self.height = width_mm, height_mm
        size = (round(width_mm * MM), round(height_mm * MM))
        self.image = Image.new("RGB", size, "white")
        self._draw = ImageDraw.Draw(self.image)
        self._type = Typeface(dpi=DPI)

    def length(self, text: str, style: Style) -> float:
        """Width of a line of text in millimetres."""
        return self._type.font(style).getlength(text) / MM

    def text(self, spot: Spot, text: str, style: Style, align: str = "l") -> float:
        """Draw one line; `align` is l, m or r.

        Returns:
            The x where a left-aligned line ends, in millimetres.
        """
        self._draw.text(
            (spot.x * MM, spot.y * MM),
            text,
            font=self._type.font(style),
            fill=style.colour,
            anchor=f"{align}s",
        )
        return spot.x + self.length(text, style)

    def fitted(self, spot: Spot, text: str, style: Style, width: float) -> None:
        """Draw one centred line, smaller when it would be wider than `width`."""
        ratio = min(1.0, width / self.length(text, style))
        fit = Style(style.size * ratio, style.bold, style.italic, style.colour)
        self.text(spot, text, fit, "m")

    def line(self, start: Spot, end: Spot, width_mm: float = 0.2) -> None:
        """Draw a straight rule."""
        points = (start.x * MM, start.y * MM, end.x * MM, end.y * MM)
        self._draw.line(points, fill=INK, width=max(1, round(width_mm * MM)))

    def dots(self, start: Spot, end_x: float) -> None:
        """Draw the dotted line a form gives for an answer."""
        x = start.x
        while x < end_x:
            box = (x * MM, start.y * MM, x * MM + 2, start.y * MM + 2)
            self._draw.ellipse(box, fill=(110, 110, 112))
            x += 0.9

    def box(self, corner: Spot, size: Spot, fill: tuple[int, int, int] | None) -> None:
        """Draw a rectangle: filled when a colour is given, else its outline."""
        edges = (corner.x, corner.y, corner.x + size.x, corner.y + size.y)
        points = tuple(value * MM for value in edges)
        if fill is None:
            self._draw.rectangle(points, outline=INK, width=2)
        else:
            self._draw.rectangle(points, fill=fill)

    def oval(self, corner: Spot, size: Spot, fill: tuple[int, int, int]) -> None:
        """Draw a filled ellipse inside a rectangle."""
        edges = (corner.x, corner.y, corner.x + size.x, corner.y + size.y)
        self._draw.ellipse(tuple(value * MM for value in edges), fill=fill)

    def paragraph(self, block: Block, text: str, style: Style) -> float:
        """Set justified text.

        Returns:
            The baseline for what follows, in millimetres.
        """
        y, step = block.y, style.size * POINT_MM * block.leading
        lines = self._broken(block, text, style)
        for number, words in enumerate(lines):
            indent = block.indent if number == 0 else 0.0
            if number == len(lines) - 1:
                self.text(Spot(block.x + indent, y), " ".join(words), style)
            else:
                self._justified(Spot(block.x + indent, y), words, style, block)
            y += step
        return y

    def stamp(self, ink: Image.Image, corner: Spot) -> None:
        """Press transparent ink (RGBA) on the paper: what lies below shines through."""
        place = (round(corner.x * MM), round(corner.y * MM))
        area = (*place, place[0] + ink.width, place[1] + ink.height)
        flat = Image.new("RGB", ink.size, "white")
        flat.paste(ink, mask=ink.getchannel("A"))
        self.image.paste(ImageChops.multiply(self.image.crop(area), flat), place)

    def _broken(self, block: Block, text: str, style: Style) -> list[list[str]]:
        lines: list[list[str]] = [[]]
        room = block.width - block.indent
        for word in text.split():
            if lines[-1] and self.length(" ".join([*lines[-1], word]), style) > room:
                lines.append([])
                room = block.width
            lines[-1].append(word)
        return lines

    def _justified(
        self, start: Spot, words: Sequence[str], style: Style, block: Block
    ) -> None:
        used = sum(self.length(word, style) for word in words)
        room = block.x + block.width - start.x - used
        gap = room / max(1, len(words) - 1)
        x = start.x
        for word in words:
            x = self.text(Spot(x, start.y), word, style) + gap
