"""What a sheet goes through on its way into a file: age, folds, lid, sensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

_CELL = 8  # light varies slowly: it is computed on a grid this many pixels wide
_TILE = 512


@dataclass(frozen=True)
class Look:
    """One paper on one scanner.

    Attributes:
        tone: colour of the empty paper, 8-bit RGB.
        skew_degrees: how crooked the sheet lay, counter-clockwise.
        folds_across, folds_down: folds as shares of the height and of the width.
        grain: standard deviation of the sensor's noise, in 8-bit levels.
    """

    tone: tuple[int, int, int] = (249, 246, 238)
    skew_degrees: float = 0.0
    folds_across: tuple[float, ...] = ()
    folds_down: tuple[float, ...] = ()
    grain: float = 1.6


def scan(sheet: Image.Image, look: Look, rng: np.random.Generator) -> Image.Image:
    """Return the sheet as the scanner saw it, same size in pixels."""
    turned = sheet.rotate(
        look.skew_degrees, Image.Resampling.BILINEAR, fillcolor="white"
    )
    light = _light(sheet.size, look, rng)
    shade = Image.merge("RGB", [_tinted(light, level) for level in look.tone])
    seen = ImageChops.multiply(
        turned, shade.resize(sheet.size, Image.Resampling.BILINEAR)
    )
    # toner is never quite black to a scanner: lift the darkest levels a little
    lifted = seen.point([round(14 + value * 241 / 255) for value in range(256)] * 3)
    grain = _grain(sheet.size, look.grain, rng)
    return ImageChops.add(lifted, Image.merge("RGB", [grain] * 3), 1, -128)


def _tinted(light: NDArray[np.float64], level: int) -> Image.Image:
    return Image.fromarray((light * level).clip(0, 255).astype(np.uint8))


def _light(
    size: tuple[int, int], look: Look, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Brightness over the page, 1.0 is full: stains, folds and the lid's shadow."""
    width, height = size[0] // _CELL + 1, size[1] // _CELL + 1
    coarse = rng.normal(0, 0.006, (9, 7)).astype(np.float32)
    cloud = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    light = 0.995 + np.asarray(cloud, dtype=np.float64)
    down = np.arange(height, dtype=np.float64)[:, None]
    across = np.arange(width, dtype=np.float64)[None, :]
    for share in look.folds_across:
        light += _fold(down - share * height)
    for share in look.folds_down:
        light += _fold(across - share * width)
    light -= 0.17 * np.exp(-across / 5.0)  # the book side stands off the glass
    light -= 0.07 * np.exp(-(height - 1 - down) / 3.0)
    return light


def _fold(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """A dark crease with a bright ridge beside it."""
    crease = -0.085 * np.exp(-((distance / 0.8) ** 2))
    valley = -0.022 * np.exp(-np.abs(distance + 3) / 7)
    ridge = 0.018 * np.exp(-(((distance - 3.0) / 2.5) ** 2))
    return np.asarray(crease + valley + ridge)


def _grain(
    size: tuple[int, int], deviation: float, rng: np.random.Generator
) -> Image.Image:
    """Noise around 128; one tile repeated, since drawing 26 million numbers is slow."""
    tile = rng.normal(128, deviation, (_TILE, _TILE)).round().clip(0, 255)
    rows, columns = size[1] // _TILE + 1, size[0] // _TILE + 1
    whole = np.tile(tile.astype(np.uint8), (rows, columns))[: size[1], : size[0]]
    return Image.fromarray(np.ascontiguousarray(whole))
