"""Lines of text: how skewed they are, and whether they run across or up the page.

Both measures look at projection profiles of the ink: the sum along text lines jumps
between line and gap, the sum across them hardly changes.
"""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

Ink = npt.NDArray[np.bool_]

SKEW_RANGE = 6.0  # degrees either way
SKEW_STEP = 0.25
EVERY = 4  # a quarter of the columns tells the same
CLEARLY = 1.15  # the best angle must beat the straight one by this factor
STRAIGHT = 0.5  # degrees; below it strips of text still are lines
RULE_MM = 12.0  # a longer unbroken run is a rule or a frame, not print
STRIP_MM = 32.0  # words side by side even out over this width
SMOOTH_MM = 2.0  # and strokes over this height; a line and its gap are 6 mm or more
LAG_MM = 1.0
CELL_MM = 6.0
MOST_INK = 0.4  # of a cell; bold print has 0.3


def skew(ink: Ink) -> float:
    """Angle in degrees at which rows (or columns, for text on its side) differ most."""
    upright = _best_angle(ink)
    angle, gain, _ = max(upright, _best_angle(ink.T), key=lambda found: found[2])
    return angle if gain >= CLEARLY else 0.0


def across(ink: Ink, dots_per_mm: float, skew_degrees: float) -> float:
    """How much the ink is ordered in rows (towards 1) or in columns (towards -1)."""
    if abs(skew_degrees) >= STRAIGHT:
        flat = Image.fromarray(ink).convert("L")
        turned = flat.rotate(-skew_degrees, Image.Resampling.BILINEAR)
        ink = np.asarray(turned) > 127  # noqa: PLR2004 - half covered
    run = round(RULE_MM * dots_per_mm)
    print_only = ink & ~_long_runs(ink, run, axis=1) & ~_long_runs(ink, run, axis=0)
    print_only = _without_pictures(print_only, round(CELL_MM * dots_per_mm))
    rows = _order(print_only, dots_per_mm)
    columns = _order(print_only.T, dots_per_mm)
    return (rows - columns) / (rows + columns) if rows + columns else 0.0


def _best_angle(ink: Ink) -> tuple[float, float, float]:
    """Return (angle, gain over straight, sharpness) of the projection profile."""
    along, beside = np.nonzero(ink[:, ::EVERY])
    if not along.size:
        return 0.0, 1.0, 0.0
    count = round(SKEW_RANGE / SKEW_STEP)
    angles = [step * SKEW_STEP for step in range(-count, count + 1)]
    sharpness = {angle: _sharpness(along, beside * EVERY, angle) for angle in angles}
    best = max(angles, key=lambda angle: sharpness[angle])
    straight = sharpness[0.0]
    return best, sharpness[best] / straight if straight else 1.0, sharpness[best]


def _sharpness(
    along: npt.NDArray[np.intp], beside: npt.NDArray[np.intp], angle: float
) -> float:
    rows = along + beside * math.tan(math.radians(angle))
    profile = np.bincount((rows - rows.min()).astype(np.intp))
    return float((np.diff(profile.astype(np.float64)) ** 2).sum())


def _order(ink: Ink, dots_per_mm: float) -> float:
    """How much the smoothed profile changes from row to row, in strips."""
    strip = round(STRIP_MM * dots_per_mm)
    smooth = max(1, round(SMOOTH_MM * dots_per_mm))
    lag = max(1, round(LAG_MM * dots_per_mm))
    starts = np.arange(0, ink.shape[1], strip)
    profile = np.add.reduceat(ink, starts, axis=1, dtype=np.int32)
    total = np.pad(profile, ((smooth, 0), (0, 0))).cumsum(axis=0)
    level = (total[smooth:] - total[:-smooth]).astype(np.float64)
    return float(((level[lag:] - level[:-lag]) ** 2).sum())


def _without_pictures(ink: Ink, cell: int) -> Ink:
    """Leave out cells with more ink than print has, and the cells beside them."""
    rows, columns = ink.shape[0] // cell, ink.shape[1] // cell
    cut = ink[: rows * cell, : columns * cell].copy()
    cells = cut.reshape(rows, cell, columns, cell)
    dense = cells.mean(axis=(1, 3)) > MOST_INK
    wide = np.pad(dense, 1)
    wide[:, 1:-1] |= wide[:, :-2] | wide[:, 2:]
    near = wide[1:-1] | wide[:-2] | wide[2:]
    cells &= ~near[:, None, 1:-1, None]
    return cut


def _long_runs(ink: Ink, length: int, *, axis: int) -> Ink:
    """Pixels in straight runs of at least `length`: eroded, then grown back.

    Both by doubling: a run of 48 is one of 32 and one of 16 behind it.
    """
    lines = np.moveaxis(ink, axis, 0)
    if lines.shape[0] <= length:
        return np.zeros_like(ink)
    kept = _doubled(lines, length, np.logical_and)
    margin = np.zeros((length - 1, lines.shape[1]), np.bool_)
    grown = _doubled(np.concatenate([margin, kept, margin]), length, np.logical_or)
    return np.moveaxis(grown, 0, axis)


def _doubled(lines: Ink, length: int, joined: np.ufunc) -> Ink:
    """Join every line with the `length - 1` after it."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        lines = joined(lines[:-step], lines[step:])
        reach += step
    return lines
