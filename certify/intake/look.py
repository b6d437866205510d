"""How a page looks: is anything on it, and do its lines run straight?

Measured on a reduced gray copy; cheap (some milliseconds) and only ever a warning,
except when nothing at all is on any page.
"""

import math

import numpy as np
import numpy.typing as npt

from certify.intake.facts import PageLook
from certify.intake.picture import Picture

Gray = npt.NDArray[np.float32]

DARKER = 40.0  # than the paper, of 255: faint pencil is 60, scanner noise 10
MARGIN = 0.03  # shadows of the lid's edge are not content
PAPER = 90  # percentile: also on a page that is mostly print
DARKEST = 10
SKEW_RANGE = 6.0  # degrees either way
SKEW_STEP = 0.25
EVERY = 4  # a quarter of the columns tells the same
CLEARLY = 1.15  # the best angle must beat the straight one by this factor
MOST_INK = 0.35  # more is a photograph: its rows say nothing


def look_at(number: int, picture: Picture, gray: Gray) -> PageLook:
    """Measure one page; `gray` is its reduced gray copy."""
    rows, columns = (int(side * MARGIN) for side in gray.shape)
    inner = gray[rows : gray.shape[0] - rows, columns : gray.shape[1] - columns]
    dark = inner < np.median(inner) - DARKER
    ink = float(dark.mean()) if dark.size else 0.0
    return PageLook(
        number=number,
        channels=picture.channels,
        bits=picture.bits,
        ink=round(ink, 6),
        skew_degrees=_skew(dark) if 0.0 < ink < MOST_INK else 0.0,
        conversion=picture.conversion,
        paper=round(float(np.percentile(inner, PAPER)), 1) if inner.size else 255.0,
        darkest=round(float(np.percentile(inner[dark], DARKEST)), 1) if ink else 0.0,
    )


def _skew(dark: npt.NDArray[np.bool_]) -> float:
    """Angle at which rows (or columns, for text lying on its side) differ most."""
    upright = _best_angle(dark)
    angle, gain, _ = max(upright, _best_angle(dark.T), key=lambda found: found[2])
    return angle if gain >= CLEARLY else 0.0


def _best_angle(dark: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return (angle, gain over straight, sharpness) of the projection profile."""
    along, across = np.nonzero(dark[:, ::EVERY])
    if not along.size:
        return 0.0, 1.0, 0.0
    count = round(SKEW_RANGE / SKEW_STEP)
    angles = [step * SKEW_STEP for step in range(-count, count + 1)]
    sharpness = {angle: _sharpness(along, across * EVERY, angle) for angle in angles}
    best = max(angles, key=lambda angle: sharpness[angle])
    straight = sharpness[0.0]
    return best, sharpness[best] / straight if straight else 1.0, sharpness[best]


def _sharpness(
    along: npt.NDArray[np.intp], across: npt.NDArray[np.intp], angle: float
) -> float:
    rows = along + across * math.tan(math.radians(angle))
    profile = np.bincount((rows - rows.min()).astype(np.intp))
    return float((np.diff(profile.astype(np.float64)) ** 2).sum())
