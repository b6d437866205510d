"""Noto Serif as two static faces with every character a copy can carry.

The packaged font is variable (weights 100-900) and large. It is subset first, then
instanced (0.5 s instead of 8 s), once per data folder; the two files are cached. A
1000-upm font on purpose: pyHanko 0.38 and some readers get widths of others wrong.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import fontpkg_noto_serif
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from certify.printable import PRINTABLE

_SOURCE = Path(fontpkg_noto_serif.ROOT) / "files" / "NotoSerif[wdth,wght].ttf"
_WEIGHTS = {"Regular": 400, "Bold": 700}
_UNITS_PER_EM = 1000


@dataclass(frozen=True)
class Face:
    """One static face, ready to measure and to embed.

    Attributes:
        name: PostScript name with a subset tag, e.g. "CCBSAA+NotoSerif-Bold".
        data: the TrueType file.
    """

    name: str
    data: bytes

    @cached_property
    def _font(self) -> TTFont:
        return TTFont(BytesIO(self.data), lazy=True)

    @cached_property
    def glyph_ids(self) -> dict[str, int]:
        """Character → glyph id."""
        return {
            chr(code): self._font.getGlyphID(name)
            for code, name in self._font.getBestCmap().items()
        }

    @cached_property
    def widths(self) -> list[int]:
        """Advance widths by glyph id, in 1/1000 em."""
        metrics = self._font["hmtx"]
        return [metrics[name][0] for name in self._font.getGlyphOrder()]

    @cached_property
    def ascent(self) -> int:
        """Typographic ascender, 1/1000 em."""
        return int(self._font["hhea"].ascent)

    @cached_property
    def descent(self) -> int:
        """Descender, negative, 1/1000 em."""
        return int(self._font["hhea"].descent)

    @cached_property
    def bounding_box(self) -> tuple[int, int, int, int]:
        """Font bounding box, 1/1000 em."""
        head = self._font["head"]
        return (head.xMin, head.yMin, head.xMax, head.yMax)

    def encode(self, text: str) -> bytes:
        """Return two bytes per glyph (Identity-H).

        Raises:
            KeyError: a character that `certify.printable` does not allow.
        """
        ids = self.glyph_ids
        return b"".join(ids[char].to_bytes(2, "big") for char in text)

    def width(self, text: str, size: float) -> float:
        """Width of a text in points at a size in points."""
        ids, widths = self.glyph_ids, self.widths
        return sum(widths[ids[char]] for char in text) * size / _UNITS_PER_EM


@dataclass(frozen=True)
class Typeface:
    """The faces of a copy."""

    regular: Face
    bold: Face


def load_typeface(cache: Path) -> Typeface:
    """Return the faces, made on first use and kept in the folder `cache`."""
    faces = {}
    for style, weight in _WEIGHTS.items():
        file = cache / f"NotoSerif-{style}-{_recipe()}.ttf"
        if not file.exists():
            cache.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(_make_face(weight))
            fresh.replace(file)
        faces[style] = Face(name=f"CCBSAA+NotoSerif-{style}", data=file.read_bytes())
    return Typeface(regular=faces["Regular"], bold=faces["Bold"])


def _recipe() -> str:
    """Short digest of what the cached faces depend on."""
    text = "".join(sorted(PRINTABLE)) + fontpkg_noto_serif.__name__
    size = _SOURCE.stat().st_size
    return hashlib.sha256(f"{text}{size}/1".encode()).hexdigest()[:12]


def _make_face(weight: int) -> bytes:
    font = TTFont(_SOURCE)
    options = Options(
        layout_features=[],
        hinting=False,
        glyph_names=False,
        notdef_outline=True,
        name_IDs=[1, 2, 4, 6],
    )
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(PRINTABLE))
    subsetter.subset(font)
    instance = instantiateVariableFont(font, {"wght": weight, "wdth": 100})
    if instance["head"].unitsPerEm != _UNITS_PER_EM:
        raise RuntimeError("the packaged font is no longer 1000 units per em")
    target = BytesIO()
    instance.save(target, reorderTables=None)
    return target.getvalue()
