"""Does print run off an edge of the image?

Along each edge of the image lies a band of 0.75 mm. What is much darker there than
the band's own surroundings, short, and goes on inwards is print cut through. A lid's
shadow, a border, a frame along the edge or coloured paper vary slowly along the band,
or do not go on inwards in pieces.
"""

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]

BAND_MM = 0.75
SURROUNDINGS_MM = 12.0
BRIGHT = 75  # percentile that stands for the band's own paper
LONGEST_MM = 25.0  # of one letter, stroke or filled area along the edge
INWARDS_MM = (1.5, 4.0)
NEAR_MM = 1.0
DARKER = 0.35  # of the contrast between paper and print
LEAST_CONTRAST = 110.0


def cut_pieces(gray: Gray, dots_per_mm: float, contrast: float) -> int:
    """Return how many pieces of print the worst edge cuts through."""
    darker = DARKER * max(contrast, LEAST_CONTRAST)
    sides = (np.rot90(gray, turns) for turns in range(4))
    return max(_pieces(side, dots_per_mm, darker) for side in sides)


def _pieces(gray: Gray, dots_per_mm: float, darker: float) -> int:
    """Count pieces along column 0."""
    band = gray[:, : max(1, round(BAND_MM * dots_per_mm))].mean(axis=1)
    count = max(1, round(band.size / (SURROUNDINGS_MM * dots_per_mm)))
    length = -(-band.size // count)
    parts = np.pad(band, (0, length * count - band.size), "reflect")
    bright = np.percentile(parts.reshape(count, length), BRIGHT, axis=1)
    paper = np.repeat(bright, length)[: band.size]
    first, last = (round(depth * dots_per_mm) for depth in INWARDS_MM)
    inwards = np.any(gray[:, first:last] < (paper - darker)[:, None], axis=1)
    near, longest = round(NEAR_MM * dots_per_mm), LONGEST_MM * dots_per_mm
    cut = [
        inwards[max(0, start - near) : end + near].any()
        for start, end in _runs(np.asarray(band < paper - darker))
        if end - start <= longest
    ]
    return int(np.count_nonzero(cut))


def _runs(dark: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(np.pad(dark.astype(np.int8), 1)))
    return [(int(a), int(b)) for a, b in changes.reshape(-1, 2)]
