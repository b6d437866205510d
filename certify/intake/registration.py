"""Lay one scan over another: find shift and turn, and resample.

The shift comes from the correlation of both pages at half the resolution; then tiles
with the most print look for themselves within 4 mm around it, and a similarity is
fitted through where they were found, leaving out those that fit worst.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

COARSE = 2.0  # dots per millimetre
TILE, REACH = 16, 8  # 8 mm and 4 mm: a turn of a degree moves an A4's corner 3 mm
TILES = 150
PRINTED = 12.0  # standard deviation of a tile worth looking for
FOUND = 0.55  # correlation
OUTLIERS = (4.0, 2.0, 1.0, 0.7)  # pixels: what is left out, round after round
FEWEST = 4


@dataclass(frozen=True)
class _Places:
    """Centres of tiles in the first page and where they are in the second."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    x_there: npt.NDArray[np.float64]
    y_there: npt.NDArray[np.float64]
    correlation: npt.NDArray[np.float64]


def overlay(first: Bytes, second: Bytes, dots_per_mm: float) -> Bytes | None:
    """Return the second page's ink in the first's place; None if nothing matches."""
    scale = dots_per_mm / COARSE
    small = [_reduced(ink, scale) for ink in (first, second)]
    fitted = _similarity(_places(small[0], small[1], _shift(small[0], small[1])))
    if fitted is None:
        return None
    a, b, c, d = fitted
    # pixel centres: PIL maps (x + 0.5, y + 0.5)
    right = scale * (c + 0.5 - 0.5 * (a - b))
    down = scale * (d + 0.5 - 0.5 * (a + b))
    laid = Image.fromarray(second).transform(
        (first.shape[1], first.shape[0]),
        Image.Transform.AFFINE,
        (a, -b, right, b, a, down),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(laid)


def _reduced(ink: Bytes, scale: float) -> Floats:
    size = (round(ink.shape[1] / scale), round(ink.shape[0] / scale))
    small = Image.fromarray(ink).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(small, np.float32)


def _shift(first: Floats, second: Floats) -> tuple[int, int]:
    """(down, right) at which the pages as wholes correlate best."""
    height = max(first.shape[0], second.shape[0]) + 64
    width = max(first.shape[1], second.shape[1]) + 64
    ours = np.fft.rfft2(first, (height, width))
    theirs = np.fft.rfft2(second, (height, width))
    found = int(np.fft.irfft2(theirs * ours.conj(), (height, width)).argmax())
    down, right = divmod(found, width)
    return (
        down - height if down > height // 2 else down,
        right - width if right > width // 2 else right,
    )


def _places(first: Floats, second: Floats, shift: tuple[int, int]) -> _Places:
    rows, columns = first.shape[0] // TILE, first.shape[1] // TILE
    cut = first[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    tiles = cut.swapaxes(1, 2).reshape(rows * columns, TILE, TILE)
    deviation = tiles.std(axis=(1, 2))
    chosen = np.argsort(-deviation)[:TILES]
    chosen = chosen[deviation[chosen] > PRINTED]
    tops, lefts = (index * TILE for index in np.divmod(chosen, max(1, columns)))
    windows = _windows(second, tops + shift[0], lefts + shift[1])
    correlation = _correlation(tiles[chosen], windows)
    down, right, best = _peaks(correlation)
    middle = (TILE - 1) / 2
    return _Places(
        x=lefts + middle,
        y=tops + middle,
        x_there=lefts + middle + shift[1] + right - REACH,
        y_there=tops + middle + shift[0] + down - REACH,
        correlation=best,
    )


def _windows(
    page: Floats, tops: npt.NDArray[np.intp], lefts: npt.NDArray[np.intp]
) -> Floats:
    """Tiles with `REACH` around them; outside the page there is no ink."""
    side = np.arange(-REACH, TILE + REACH)
    rows = tops[:, None, None] + side[None, :, None]
    columns = lefts[:, None, None] + side[None, None, :]
    inside = (rows >= 0) & (rows < page.shape[0])
    inside = inside & (columns >= 0) & (columns < page.shape[1])
    taken = page[rows.clip(0, page.shape[0] - 1), columns.clip(0, page.shape[1] - 1)]
    return np.where(inside, taken, np.float32(0))


def _correlation(tiles: Floats, windows: Floats) -> npt.NDArray[np.float64]:
    """Normalised correlation of each tile with every place in its window."""
    side = TILE + 2 * REACH
    ours = tiles - tiles.mean(axis=(1, 2), keepdims=True)
    spectrum = np.fft.rfft2(windows) * np.fft.rfft2(ours, (side, side)).conj()
    product = np.fft.irfft2(spectrum, (side, side))[:, : 2 * REACH + 1, : 2 * REACH + 1]
    wide = windows.astype(np.float64)
    total, squares = _box_sums(wide), _box_sums(wide * wide)
    power = np.maximum(squares - total * total / TILE**2, 1.0)
    own = np.sqrt((ours * ours).sum(axis=(1, 2)))[:, None, None]
    return np.asarray(product / (np.sqrt(power) * own), np.float64)


def _box_sums(windows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = np.pad(windows.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    return np.asarray(
        total[:, TILE:, TILE:]
        - total[:, :-TILE, TILE:]
        - total[:, TILE:, :-TILE]
        + total[:, :-TILE, :-TILE]
    )


def _peaks(
    correlation: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], ...]:
    """(down, right, height) of each maximum, to a fraction of a pixel."""
    count, width = len(correlation), 2 * REACH + 1
    flat = correlation.reshape(count, width * width)
    down, right = np.divmod(flat.argmax(axis=1), width)
    tile = np.arange(count)
    inner_down, inner_right = down.clip(1, width - 2), right.clip(1, width - 2)
    column = [correlation[tile, inner_down + step, right] for step in (-1, 0, 1)]
    row = [correlation[tile, down, inner_right + step] for step in (-1, 0, 1)]
    return down + _vertex(*column), right + _vertex(*row), flat.max(axis=1, initial=-1)


def _vertex(
    before: npt.NDArray[np.float64],
    middle: npt.NDArray[np.float64],
    after: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Of the parabola through three neighbours, from the middle one."""
    bend = before - 2 * middle + after
    safe = np.where(np.abs(bend) > 1e-6, bend, 1.0)  # noqa: PLR2004 - flat: no vertex
    return np.asarray((0.5 * (before - after) / safe).clip(-0.5, 0.5))


def _similarity(places: _Places) -> tuple[float, float, float, float] | None:
    """(a, b, c, d) with x' = a x - b y + c and y' = b x + a y + d."""
    good = places.correlation > FOUND
    solution = np.array([1.0, 0.0, 0.0, 0.0])
    for limit in OUTLIERS:
        if good.sum() < FEWEST:
            return None
        x, y = places.x[good], places.y[good]
        one, zero = np.ones_like(x), np.zeros_like(x)
        equations = np.vstack(
            [
                np.column_stack([x, -y, one, zero]),
                np.column_stack([y, x, zero, one]),
            ]
        )
        wanted = np.concatenate([places.x_there[good], places.y_there[good]])
        solution = np.linalg.lstsq(equations, wanted, rcond=None)[0]
        a, b, c, d = solution
        off = np.hypot(
            a * places.x - b * places.y + c - places.x_there,
            b * places.x + a * places.y + d - places.y_there,
        )
        good = (off < limit) & (places.correlation > FOUND)
    a, b, c, d = (float(value) for value in solution)
    return a, b, c, d
