"""JBIG2 (ITU-T T.88) small enough to write by hand: its bitmaps are coded as T.6 (MMR).

A generic region is the whole page in one piece; a halftone region draws the page from
patterns that stand in /JBIG2Globals, so a reader that leaves those out draws nothing.
"""

import numpy as np

from certify.intake.encode import ccitt_g4
from tests.support.scans import Array

PATTERN_DICTIONARY, HALFTONE, GENERIC, PAGE = 16, 22, 38, 48  # §7.3
MMR = 1
CELL = 8  # pixels of a pattern's side


def generic_page(white: Array) -> bytes:
    """The page as one region."""
    height, width = white.shape
    region = _placed(width, height) + bytes([MMR]) + _mmr(white)
    return page_head(width, height) + segment(1, GENERIC, region)


def page_head(width: int, height: int) -> bytes:
    """§7.4.8: size, resolution not said, paper white, no stripes."""
    return segment(0, PAGE, width.to_bytes(4) + height.to_bytes(4) + bytes(11))


def halftone_page(cells: Array) -> tuple[bytes, bytes]:
    """(globals, page) of cells that are black where True; pattern 1 is black."""
    rows, columns = cells.shape
    both = np.ones((CELL, 2 * CELL), np.bool_)
    both[:, CELL:] = False
    patterns = bytes([MMR, CELL, CELL]) + (1).to_bytes(4) + _mmr(both)  # §7.4.4
    width, height = columns * CELL, rows * CELL
    grid = columns.to_bytes(4) + rows.to_bytes(4) + bytes(8)
    step = (CELL << 8).to_bytes(2) + bytes(2)  # §7.4.5.1.3, in 1/256 pixel
    region = _placed(width, height) + bytes([MMR]) + grid + step + _mmr(~cells)
    page = page_head(width, height) + segment(2, HALFTONE, region, refers_to=(1,))
    return segment(1, PATTERN_DICTIONARY, patterns, page=0), page


def segment(
    number: int,
    kind: int,
    data: bytes,
    *,
    page: int = 1,
    refers_to: tuple[int, ...] = (),
) -> bytes:
    """§7.2; retention flags are left 0."""
    head = number.to_bytes(4) + bytes([kind, len(refers_to) << 5])
    head += bytes(refers_to) + bytes([page])
    return head + len(data).to_bytes(4) + data


def _placed(width: int, height: int) -> bytes:
    """§7.4.1: at the origin, drawn over what is there."""
    return width.to_bytes(4) + height.to_bytes(4) + bytes(9)


def _mmr(white: Array) -> bytes:
    return ccitt_g4(white)
