"""Was one sheet of paper scanned twice?

Two scans of a sheet differ by a shift, a small turn, noise, exposure and coding. Two
filled-in copies of a form differ by all this and by what was filled in: as whole
pictures they are just as alike. So the pages are first laid over each other as exactly
as the print allows (shift by phase of the whole, then shift and turn from many small
tiles), and then compared tile by tile: nearly every tile must show the same.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from certify.intake.look import SmallCopy
from certify.intake.registration import Floats, overlay

DOTS_PER_MM = 3
LONGEST_MM = 430.0  # larger sheets are not compared
PAGES_BACK = 60  # a duplicate lies near; bounds memory (0.6 MB a page) and time
CANDIDATES = 2  # the most alike pages at a glance, per page
GLANCE = (24, 34)  # cells of some 9 mm
ALIKE = 0.5  # correlation at a glance: two scans of a sheet have 0.9
TILE_MM = 6
SOFT_PX = 0.8  # evens out what half a pixel of shift changes
NOISE = 100.0  # variance of an empty tile
FAINT = 0.15  # of the usual tile's variance: too little in it to compare
SAME = 0.7  # correlation of two scans of one tile; 0.9 is usual
DIFFERENT_SHARE = 0.009  # of the tiles may be different: dirt, a fold
FEWEST_TILES = 8


@dataclass(frozen=True)
class _Seen:
    number: int
    ink: npt.NDArray[np.uint8]
    glance: Floats


class SeenSheets:
    """Remembers pages, and tells whether a new one shows the sheet of an earlier."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque(maxlen=PAGES_BACK)

    def find(self, number: int, small: SmallCopy) -> int | None:
        """Return the earlier page that shows the same sheet; remember this page."""
        page = _seen(number, small)
        if page is None:
            return None
        likely = sorted(self._seen, key=lambda other: -_alike(page, other))
        self._seen.append(page)
        for other in likely[:CANDIDATES]:
            if _alike(page, other) < ALIKE:
                return None
            if _same_sheet(other.ink, page.ink):
                return other.number
        return None


def _seen(number: int, small: SmallCopy) -> _Seen | None:
    rows, columns = small.gray.shape
    scale = DOTS_PER_MM / small.dots_per_mm
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    if max(size) > LONGEST_MM * DOTS_PER_MM:
        return None
    image = Image.fromarray(small.gray).resize(size, Image.Resampling.BILINEAR)
    gray = np.asarray(image)
    ink = (np.percentile(gray, 90) - gray).clip(0, 255).astype(np.uint8)
    glance = Image.fromarray(ink).resize(GLANCE, Image.Resampling.BILINEAR)
    return _Seen(number, ink, np.asarray(glance, np.float32))


def _alike(page: _Seen, other: _Seen) -> float:
    a, b = page.glance - page.glance.mean(), other.glance - other.glance.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1.0))


def _same_sheet(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> bool:
    laid = overlay(first, second, DOTS_PER_MM)
    if laid is None:
        return False
    alike = _correlations(_soft(first), _soft(laid))
    allowed = max(1, int(DIFFERENT_SHARE * alike.size))
    return alike.size >= FEWEST_TILES and int((alike < SAME).sum()) <= allowed


def _soft(ink: npt.NDArray[np.uint8]) -> Floats:
    soft = Image.fromarray(ink).filter(ImageFilter.GaussianBlur(SOFT_PX))
    return np.asarray(soft, np.float32)


def _correlations(first: Floats, second: Floats) -> Floats:
    """Correlation of every tile with print, a pixel of play; not along the edges."""
    ours, theirs = _tiles(first), _tiles(second)
    spread = np.maximum((ours * ours).mean(-1), (theirs * theirs).mean(-1))
    printed = spread > NOISE
    if not printed.any():
        return np.zeros(0, np.float32)
    printed &= spread > FAINT * np.median(spread[printed])
    best = np.full(int(printed.sum()), -1.0, np.float32)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            moved = _tiles(np.roll(second, (down, right), (0, 1)))[printed]
            product = (ours[printed] * moved).mean(-1)
            power = (ours[printed] ** 2).mean(-1) * (moved * moved).mean(-1)
            best = np.maximum(best, product / np.sqrt(power + 1.0))
    return best


def _tiles(ink: Floats) -> Floats:
    """Inner tiles as rows of pixels around their mean: (rows, columns, pixels)."""
    side = TILE_MM * DOTS_PER_MM
    rows, columns = ink.shape[0] // side, ink.shape[1] // side
    cut = ink[: rows * side, : columns * side].reshape(rows, side, columns, side)
    tiles = cut.swapaxes(1, 2)[1:-1, 1:-1].reshape(
        max(0, rows - 2), max(0, columns - 2), side * side
    )
    return np.asarray(tiles - tiles.mean(axis=-1, keepdims=True), np.float32)
