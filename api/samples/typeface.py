"""Noto Serif for drawing pictures; the same family the copies are set in."""

from dataclasses import dataclass

import fontpkg_noto_serif
from PIL import ImageFont

POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class Style:
    """How a run of text looks; `size` in points, colour as 8-bit RGB."""

    size: float
    bold: bool = False
    italic: bool = False
    colour: tuple[int, int, int] = (28, 27, 32)


class Typeface:
    """Loads and keeps the few sizes a run needs; not shared between threads."""

    def __init__(self, *, dpi: float) -> None:
        """Sizes in points become pixels at `dpi`."""
        self._dpi = dpi
        self._loaded: dict[tuple[float, bool, bool], ImageFont.FreeTypeFont] = {}

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        """Return the font of a style, loading it the first time."""
        key = (style.size, style.bold, style.italic)
        if key not in self._loaded:
            self._loaded[key] = self._load(style)
        return self._loaded[key]

    def _load(self, style: Style) -> ImageFont.FreeTypeFont:
        name = "NotoSerif-Italic" if style.italic else "NotoSerif"
        path = fontpkg_noto_serif.ROOT / "files" / f"{name}[wdth,wght].ttf"
        font = ImageFont.truetype(
            str(path),
            style.size * self._dpi / 72,
            # Vietnamese needs no shaping: every letter is one precomposed glyph
            layout_engine=ImageFont.Layout.BASIC,
        )
        font.set_variation_by_axes([700 if style.bold else 400, 88])
        return font
