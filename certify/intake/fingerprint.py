"""The fingerprint of a page: the same for the same sheet on another scanner.

Print is what is darker than its surroundings, so exposure, tinted paper and coloured
bands do not count; the page is turned straight, and the grid lies around the centre of
its print, in real millimetres, so it does not matter how the sheet lay on the glass.
"""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from certify.fingerprint import CELLS, PageFingerprint, Plane, pack

CELL_MM = 1.25
PER_MM = 4.0
"""Pixels, 100 dpi: at 76 dpi light print comes and goes with the exposure."""
MUCH_FINER = 1.2
"""Than that; what is near it is taken as it is, for stretching blurs."""
MARGIN = 0.03  # of each side: shadows of the lid's edge are not print
AROUND_MM = 3  # the surroundings of a stroke
PRINTED, TRACE = 0.12, 0.02  # of a cell's area
SKEW_RANGE, SKEW_STEP, SKEW_FINE = 2.0, 0.25, 0.05  # degrees
EVERY = 6  # a sixth of the columns tells the slant

_Gray = npt.NDArray[np.uint8]
_Share = npt.NDArray[np.float32]


def fingerprint(gray: _Gray, size_mm: tuple[float, float]) -> PageFingerprint | None:
    """Compute it from a reduced gray picture of a page of this size (width, height).

    Returns:
        None when there is no print to compute it from.
    """
    image, per_mm = _reduced(gray, size_mm)
    strokes = _strokes(image, per_mm)
    straight = Image.fromarray(strokes.astype(np.uint8)).rotate(-_slant(strokes))
    printed = np.asarray(straight, np.float32)
    total = float(printed.sum())
    if total < 1.0:
        return None
    centre_down, spread_down = _moments(printed.sum(1) / total)
    centre_across, spread_across = _moments(printed.sum(0) / total)
    cells = _cells(printed, (centre_down, centre_across), per_mm)
    traces = _grown(cells > TRACE)
    return PageFingerprint(
        spread=(round(spread_down / per_mm * 10), round(spread_across / per_mm * 10)),
        layout=pack(cells > PRINTED, ~traces),
    )


def _reduced(gray: _Gray, size_mm: tuple[float, float]) -> tuple[Image.Image, float]:
    """Return the page without its margins, and its pixels to the mm."""
    rows, columns = (int(side * MARGIN) for side in gray.shape)
    inner = gray[rows : gray.shape[0] - rows, columns : gray.shape[1] - columns]
    image = Image.fromarray(np.ascontiguousarray(inner))
    per_mm = gray.shape[0] / size_mm[1]
    if per_mm < PER_MM * MUCH_FINER:
        return image, per_mm
    width, height = (round(side * PER_MM / per_mm) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX), PER_MM


def _strokes(image: Image.Image, per_mm: float) -> Plane:
    """Tell which pixels are clearly darker than what is around them."""
    around = np.asarray(image.filter(ImageFilter.BoxBlur(AROUND_MM * per_mm)), np.int16)
    darker: Plane = np.asarray(image, np.int16) < around - (around >> 3) - 8
    return darker


def _slant(strokes: Plane) -> float:
    """Degrees by which lines and columns of print lie askew, to a twentieth."""
    along, across = np.nonzero(strokes[:, ::EVERY])
    down, over = np.nonzero(strokes.T[:, ::EVERY])
    if not along.size or not down.size:
        return 0.0

    def sharpness(degrees: float) -> float:
        slope = math.tan(math.radians(degrees)) * EVERY
        return _sharpness(along, across, slope) + _sharpness(down, over, -slope)

    coarse = round(SKEW_RANGE / SKEW_STEP)
    fine = round(SKEW_STEP / SKEW_FINE) - 1
    best = max((n * SKEW_STEP for n in range(-coarse, coarse + 1)), key=sharpness)
    return max((best + n * SKEW_FINE for n in range(-fine, fine + 1)), key=sharpness)


def _sharpness(
    along: npt.NDArray[np.intp], across: npt.NDArray[np.intp], slope: float
) -> float:
    rows = along + across * slope
    profile = np.bincount((rows - rows.min()).astype(np.intp))
    return float((np.diff(profile.astype(np.float64)) ** 2).sum())


def _moments(share: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return mean and standard deviation of where the print lies."""
    at = np.arange(share.size, dtype=np.float64)
    mean = float((share * at).sum())
    return mean, math.sqrt(max(0.0, float((share * (at - mean) ** 2).sum())))


def _cells(printed: _Share, centre: tuple[float, float], per_mm: float) -> _Share:
    """Return which part of each cell of the grid around the centre is print."""
    side = CELL_MM * per_mm
    down, across = (
        np.clip(
            np.round(middle + (np.arange(CELLS + 1) - CELLS / 2) * side), 0, length
        ).astype(np.intp)
        for middle, length in zip(centre, printed.shape, strict=True)
    )
    rows = np.zeros((printed.shape[0] + 1, printed.shape[1]), np.float32)
    np.cumsum(printed, axis=0, out=rows[1:])
    strips = rows[down[1:]] - rows[down[:-1]]
    columns = np.zeros((CELLS, printed.shape[1] + 1), np.float32)
    np.cumsum(strips, axis=1, out=columns[:, 1:])
    found = columns[:, across[1:]] - columns[:, across[:-1]]
    share: _Share = (found / np.float32(side * side)).astype(np.float32)
    return share


def _grown(plane: Plane) -> Plane:
    """Return the plane with all neighbours of its cells."""
    wide = np.pad(plane, 1)
    rows = wide[:-2] | wide[1:-1] | wide[2:]
    grown: Plane = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return grown
