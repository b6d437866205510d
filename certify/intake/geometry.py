"""Sizes and turns. Points are 1/72 inch; matrices are PDF's [a b c d e f]."""

import math
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from certify.intake.facts import PageGeometry

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
PLAUSIBLE_DPI = (10.0, 10_000.0)

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.bool_]
"""Height × width (gray, or bool: True = white) or height × width × 3 (sRGB)."""


class Turn(Enum):
    """The eight ways a page can lie; the value is (mirrored, quarter turns left)."""

    NONE = (False, 0)
    LEFT = (False, 1)
    HALF = (False, 2)
    RIGHT = (False, 3)
    MIRROR = (True, 0)
    MIRROR_LEFT = (True, 1)
    MIRROR_HALF = (True, 2)
    MIRROR_RIGHT = (True, 3)

    @property
    def swaps_sides(self) -> bool:
        """Width and height change places."""
        return self.value[1] % 2 == 1

    def apply(self, pixels: Pixels) -> Pixels:
        """Mirror left-right first if asked, then turn left."""
        mirrored, quarters = self.value
        return np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)


# EXIF 2.32 §4.6.4 A, tag 274: what to do so that the picture stands upright.
EXIF_TURNS = {
    1: Turn.NONE,
    2: Turn.MIRROR,
    3: Turn.HALF,
    4: Turn.MIRROR_HALF,
    5: Turn.MIRROR_LEFT,
    6: Turn.RIGHT,
    7: Turn.MIRROR_RIGHT,
    8: Turn.LEFT,
}


class Matrix(NamedTuple):
    """ISO 32000-2 §8.3.3; row vectors, applied left to right."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, other: "Matrix") -> "Matrix":
        """Apply self, then `other`."""
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )

    def bounds(self, box: "Box") -> "Box":
        """Box around the image of `box`."""
        corners = [
            (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
            for x in (box.left, box.right)
            for y in (box.bottom, box.top)
        ]
        xs, ys = zip(*corners, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))

    @property
    def sides(self) -> tuple[float, float]:
        """Lengths of the unit square's sides: where an image's u and v go."""
        return math.hypot(self.a, self.b), math.hypot(self.c, self.d)

    def turn(self) -> Turn | None:
        """How an image drawn with this matrix lies; None if it is not straight.

        Straight means that over the whole image no edge leaves its axis by more than
        a ten-thousandth of its length (less than half a pixel of an A4 at 300 dpi).
        """
        u, v = self.sides
        if max(abs(self.b), abs(self.c)) <= 1e-4 * min(u, v):
            return _UPRIGHT[self.a > 0, self.d > 0]
        if max(abs(self.a), abs(self.d)) <= 1e-4 * min(u, v):
            return _LYING[self.b > 0, self.c > 0]
        return None


_UPRIGHT = {
    (True, True): Turn.NONE,
    (False, True): Turn.MIRROR,
    (True, False): Turn.MIRROR_HALF,
    (False, False): Turn.HALF,
}
_LYING = {  # (the image's right goes up, the image's up goes right)
    (True, False): Turn.LEFT,
    (False, True): Turn.RIGHT,
    (True, True): Turn.MIRROR_RIGHT,
    (False, False): Turn.MIRROR_LEFT,
}
_ROTATIONS = {  # /Rotate turns the page clockwise, ISO 32000-2 §7.7.3.3
    0: Matrix(),
    90: Matrix(0, -1, 1, 0),
    180: Matrix(-1, 0, 0, -1),
    270: Matrix(0, 1, -1, 0),
}


def page_rotation(degrees: int) -> Matrix:
    """Matrix of a page's /Rotate; multiples of 90 only, others count as 0."""
    return _ROTATIONS.get(degrees % 360, Matrix())


class Box(NamedTuple):
    """A rectangle in points."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """In points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In points."""
        return self.top - self.bottom

    def within(self, other: "Box", slack: float) -> bool:
        """No edge stands out of `other` by more than `slack` points."""
        return (
            self.left >= other.left - slack
            and self.bottom >= other.bottom - slack
            and self.right <= other.right + slack
            and self.top <= other.top + slack
        )

    def meet(self, other: "Box") -> "Box":
        """Return what both have in common; may be empty."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )


UNIT = Box(0.0, 0.0, 1.0, 1.0)


def image_geometry(
    number: int,
    pixels: tuple[int, int],
    dpi: tuple[float, float] | None,
    stated_mm: tuple[float, float] | None,
    *,
    turned: bool = False,
    deep: bool = False,
) -> PageGeometry:
    """Paper size of an image file's page, upright.

    The stated size wins over the file's own resolution, which phones and faxes often
    invent. It is turned to suit the image; pixels stay square.
    """
    width, height = pixels
    if stated_mm is not None:
        short, long = sorted(stated_mm)
        paper = (short, long) if width <= height else (long, short)
        per_inch = max(w * MM_PER_INCH / p for w, p in zip(pixels, paper, strict=True))
        off = abs(width / height / (paper[0] / paper[1]) - 1)
        dpi = (per_inch, per_inch)
    else:
        off = 0.0
    low, high = PLAUSIBLE_DPI
    if dpi is None or not all(low <= value <= high for value in dpi):
        return PageGeometry(number, width, height, None, None, turned=turned, deep=deep)
    size = (width / dpi[0] * MM_PER_INCH, height / dpi[1] * MM_PER_INCH)
    return PageGeometry(number, width, height, size, dpi, off, turned=turned, deep=deep)


def milli_points(size_mm: tuple[float, float]) -> tuple[int, int]:
    """Page box in 1/1000 point."""
    width, height = (round(s / MM_PER_INCH * POINTS_PER_INCH * 1000) for s in size_mm)
    return width, height
