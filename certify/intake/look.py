"""How a page looks: is anything on it, is it straight, sharp, bright and whole?

Measured on one gray copy, decoded once: sharpness at full resolution, everything else
on a copy of some 100 dpi. Cheap, and only ever a warning, except when nothing at all
is on any page. What each measure is worth: `python -m bench.quality`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from certify.intake.edges import cut_pieces
from certify.intake.facts import PageGeometry, PageLook
from certify.intake.lines import across, skew
from certify.intake.picture import Picture
from certify.intake.sharpness import edge_spread

Gray = npt.NDArray[np.uint8]

DOTS_PER_MM = 4.0  # of the small copy, about 100 dpi: lines of text stay apart
SIDES = (600, 2400)  # of the small copy's long side, however large the page claims
DARKER = 40  # than the paper, of 255: faint pencil is 60, scanner noise 10
FAINT = 24  # the same for finding lines in print that is too light
MARGIN = 0.03  # shadows of the lid's edge are not content
PAPER = 90  # percentile: also on a page that is mostly print
DARKEST = 10
PRINT = 0.3  # percentile: what stands for print on a sparse page too
MOST_INK = 0.35  # more is a photograph: its rows say nothing


@dataclass(frozen=True)
class SmallCopy:
    """A page's gray pixels, reduced."""

    gray: Gray
    dots_per_mm: float


@dataclass(frozen=True)
class _Tones:
    """How often each of the 256 levels occurs away from the margins."""

    counts: npt.NDArray[np.intp]

    def percentile(self, share: float) -> int:
        total = self.counts.cumsum()
        return int(np.searchsorted(total, total[-1] * share / 100))

    def below(self, level: int) -> "_Tones":
        return _Tones(np.where(np.arange(256) < level, self.counts, 0))

    @property
    def total(self) -> int:
        return int(self.counts.sum())


def look_at(page: PageGeometry, picture: Picture) -> tuple[PageLook, SmallCopy]:
    """Measure one page; the small copy is for comparing it with others."""
    if page.size_mm is None:
        raise RuntimeError("a page without size")
    full = picture.gray()
    dots = _dots_per_mm(full, page.size_mm)
    small = _small_copy(full, dots)
    inner = _without_margins(small.gray)
    tones = _Tones(np.bincount(inner.ravel(), minlength=256))
    middle, paper = tones.percentile(50), tones.percentile(PAPER)
    dark = tones.below(middle - DARKER)
    contrast = float(paper - tones.percentile(PRINT))
    skewed, ordered = _lines(inner, small.dots_per_mm, tones) if dark.total else (0, 0)
    spread = edge_spread(full, dots, contrast) if picture.bits > 1 else None
    look = PageLook(
        number=page.number,
        channels=picture.channels,
        bits=picture.bits,
        ink=round(dark.total / max(1, inner.size), 6),
        skew_degrees=skewed,
        conversion=picture.conversion,
        paper=float(paper),
        darkest=float(dark.percentile(DARKEST)) if dark.total else 0.0,
        across=round(ordered, 2),
        edge_px=spread,
        edge_mm=None if spread is None else round(spread / dots, 3),
        cut_pieces=cut_pieces(small.gray, small.dots_per_mm, contrast),
    )
    return look, small


def _lines(inner: Gray, dots_per_mm: float, tones: _Tones) -> tuple[float, float]:
    """Return (skew in degrees, order in rows) of whatever is darker than the paper."""
    middle = tones.percentile(50)
    ink = inner < middle - max(FAINT, (middle - tones.percentile(PRINT)) / 2)
    if not 0.0 < ink.mean() < MOST_INK:
        return 0.0, 0.0
    degrees = skew(ink)
    return degrees, across(ink, dots_per_mm, degrees)


def _dots_per_mm(gray: Gray, size_mm: tuple[float, float]) -> float:
    """Geometric mean of both directions."""
    return float(np.sqrt(gray.shape[1] / size_mm[0] * gray.shape[0] / size_mm[1]))


def _small_copy(full: Gray, dots_per_mm: float) -> SmallCopy:
    least, most = (max(full.shape) / side for side in reversed(SIDES))
    step = max(1, round(min(max(dots_per_mm / DOTS_PER_MM, least), most)))
    reduced = Image.fromarray(full).reduce(step)
    return SmallCopy(np.asarray(reduced), dots_per_mm / step)


def _without_margins(gray: Gray) -> Gray:
    rows, columns = (int(side * MARGIN) for side in gray.shape)
    return gray[rows : gray.shape[0] - rows, columns : gray.shape[1] - columns]
