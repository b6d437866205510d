"""How wide the sharpest edges of a page are, at full resolution.

Sampled rows and columns are cut into pieces of about a millimetre. In a piece with
strong contrast c and steepest slope s (over two pixels, so that noise and JPEG's
ringing hardly count) an edge seen through optics of Gaussian spread σ has
s = c / (σ √2π), hence σ = 0.4 c / s. The page's figure is the fifth with the
sharpest edges: soft pencil, photographs and shadows do not make a page blurred as
long as some print on it is sharp. The worse direction counts, for motion blurs one.
"""

import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]

PIECE_MM = 1.0
LEAST_PIECE = 8  # pixels
EVERY = 14  # rows and columns
SHARPEST = 20  # percentile
ENOUGH = 25  # pieces with strong contrast in one direction
LEAST_CONTRAST = 24.0  # of 255
STRONG = 0.35  # of the contrast between paper and print


def edge_spread(gray: Gray, dots_per_mm: float, contrast: float) -> float | None:
    """Return σ of the page's sharper edges in pixels; None if it has too few.

    Args:
        gray: the page at full resolution.
        dots_per_mm: its resolution.
        contrast: between paper and print, of 255.
    """
    piece = max(LEAST_PIECE, round(PIECE_MM * dots_per_mm))
    needed = max(LEAST_CONTRAST, STRONG * contrast)
    along = _spreads(np.ascontiguousarray(gray[::EVERY].T), piece, needed)
    down = _spreads(np.ascontiguousarray(gray[:, ::EVERY]), piece, needed)
    found = [np.percentile(s, SHARPEST) for s in (along, down) if s.size >= ENOUGH]
    return round(float(max(found)), 2) if found else None


def _spreads(lines: Gray, piece: int, needed: float) -> npt.NDArray[np.float64]:
    """Of every piece with contrast; a line is a column here, for speed."""
    count = lines.shape[0] // piece
    if count == 0:
        return np.zeros(0)
    pieces = lines[: count * piece].reshape(count, piece, lines.shape[1])
    contrast = pieces.max(axis=1) - pieces.min(axis=1)
    ahead, behind = pieces[:, 2:], pieces[:, :-2]
    step = (np.maximum(ahead, behind) - np.minimum(ahead, behind)).max(axis=1)
    strong = contrast >= needed
    slope = np.maximum(step[strong], 1) / 2
    return np.asarray(0.4 * contrast[strong] / slope)
