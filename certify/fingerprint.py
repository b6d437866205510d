"""What is remembered of a page, to know the same paper when it is scanned again.

Two papers on one printed form are alike in nearly everything, so a short perceptual
hash cannot tell them apart (measured, 256 bits: 15 differ between two scans of one
sheet, 17 between two filled-in forms). What tells them apart is where one has print
and the other, even with some tolerance, has none. So a page is kept as a layout: a
grid of cells of 1.25 mm, each with print, surely without, or in between.

Privacy: 20 cells an inch show where lines and words lie, not what they say. It is
still about somebody's paper: it stays in the desk's own tables, is in no log, no audit
record, no statement, no copy and no answer of the API, and lives no longer than the
attestation it belongs to.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

CELLS = 232
"""Of the grid's side: 290 mm around the centre of what is on the page."""
PLANE_BYTES = CELLS * CELLS // 8
FINGERPRINTED_PAGES = 8
"""The first pages tell a long paper; more would only cost."""
CONFLICTS_PER_PAGE = 2
"""Measured: at most 1 for a paper scanned again (95 %), from 5 for another (99 %)."""
LEAST_PRINT = 2000
"""Cells with print: with a few words only, nothing can be told apart."""
SPREAD_SLACK = 25
"""Tenths of a mm: 16 in nine of ten papers scanned again."""

Plane = npt.NDArray[np.bool_]
_Words = npt.NDArray[np.uint64]
_SHIFTS = [(down, across) for down in (0, -1, 1) for across in (0, -1, 1)]


@dataclass(frozen=True)
class PageFingerprint:
    """One page, as it is remembered.

    Attributes:
        spread: standard deviation of the print (down, across) in tenths of a mm: to
            choose by which papers are worth a closer look.
        layout: two planes of `CELLS`² bits, deflated: print, and surely none.
    """

    spread: tuple[int, int]
    layout: bytes

    def to_json(self) -> dict[str, Any]:
        """Plain values for storage and the child process."""
        layout = b64encode(self.layout).decode()
        return {"spread": list(self.spread), "layout": layout}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "PageFingerprint":
        """Read one; it may come from a child that was taken over.

        Raises:
            ValueError: it is not one.
        """
        down, across = row["spread"]
        if not all(type(n) is int and 0 <= n < CELLS * 100 for n in (down, across)):
            raise ValueError("not a spread")
        layout = b64decode(row["layout"], validate=True)
        _inflate(layout)
        return cls((down, across), layout)


def pack(printed: Plane, empty: Plane) -> bytes:
    """Deflate both planes of a page."""
    return zlib.compress(np.packbits(np.stack((printed, empty))).tobytes())


class Paper:
    """A paper to be looked for among others.

    A cell either way is tried: the centres of two scans lie up to a cell apart.
    """

    def __init__(self, layouts: Sequence[bytes]) -> None:
        """Prepare the layouts of its pages."""
        self._pages = [_shifted(layout) for layout in layouts]
        printed = sum(int(np.bitwise_count(page[0][0]).sum()) for page in self._pages)
        self._enough = printed >= LEAST_PRINT

    def same_as(self, layouts: Sequence[bytes]) -> bool:
        """Tell whether these are the same pages, scanned from the same sheets.

        Every page must fit: two school reports differ only on some of them.
        """
        if not self._enough or len(layouts) != len(self._pages):
            return False
        left = CONFLICTS_PER_PAGE * len(layouts)
        for (printed, empty), layout in zip(self._pages, layouts, strict=True):
            other = _planes(layout)
            clashes = np.bitwise_count(printed & other[1]).sum(1, np.int64)
            clashes += np.bitwise_count(empty & other[0]).sum(1, np.int64)
            left -= int(clashes.min())
            if left < 0:
                return False
        return True


def _shifted(layout: bytes) -> tuple[_Words, _Words]:
    """Return both planes at every shift tried."""
    planes = np.unpackbits(_inflate(layout)).reshape(2, CELLS, CELLS)
    shifted = np.stack([np.roll(planes, by, (1, 2)) for by in _SHIFTS], axis=1)
    words = np.packbits(shifted.reshape(2, len(_SHIFTS), -1), axis=2).view(np.uint64)
    return words[0], words[1]


def _planes(layout: bytes) -> _Words:
    words: _Words = _inflate(layout).view(np.uint64).reshape(2, -1)
    return words


def _inflate(layout: bytes) -> npt.NDArray[np.uint8]:
    """Inflate both planes, and never more than they are.

    Raises:
        ValueError: these are not two planes.
    """
    try:
        raw = zlib.decompressobj().decompress(layout, 2 * PLANE_BYTES + 1)
    except zlib.error as error:
        raise ValueError("not a layout") from error
    if len(raw) != 2 * PLANE_BYTES:
        raise ValueError("not a layout")
    return np.frombuffer(raw, np.uint8)
