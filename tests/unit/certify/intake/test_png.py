"""PNG of every colour type and depth, plain and interlaced (ISO/IEC 15948 §11.2)."""

from pathlib import Path

import numpy as np
import pytest

from tests.support import scans
from tests.support.png import (
    CHANNELS,
    DEPTHS,
    GRAY,
    GRAY_ALPHA,
    PALETTE,
    PALETTE_COLOURS,
    RGB,
    RGBA,
    png,
)
from tests.support.scans import Array

CASES = [(kind, depth) for kind, depths in DEPTHS.items() for depth in depths]
SIZE = (401, 350)  # odd: rows that do not fill their bytes


def noise(kind: int, depth: int) -> Array:
    shape = (SIZE[1], SIZE[0], CHANNELS[kind])
    return np.random.default_rng(4).integers(0, 2**depth, shape, np.uint16)


def wanted(samples: Array, kind: int, depth: int) -> Array:
    """sRGB on white, by the standard."""
    if kind == PALETTE:
        return PALETTE_COLOURS[samples[..., 0]].astype(float)
    value = samples.astype(float) / (2**depth - 1) * 255
    if kind in (GRAY_ALPHA, RGBA):
        cover = value[..., -1:] / 255
        value = 255 - (255 - value[..., :-1]) * cover
    return value if value.shape[2] == 3 else np.repeat(value, 3, axis=2)


def shown(path: Path, folder: Path) -> Array:
    findings, canonical = scans.read(path, folder)
    assert canonical is not None, findings
    found = scans.pixels(canonical)
    if found.dtype == np.bool_:
        found = found * np.uint8(255)
    return found if found.ndim == 3 else np.repeat(found[..., None], 3, axis=2)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("kind", "depth"), CASES)
def test_pixels(kind: int, depth: int, interlaced: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    samples = noise(kind, depth)
    path = tmp_path / "a.png"
    path.write_bytes(png(samples, kind, depth, interlaced=interlaced))
    exact = depth < 16 and kind not in (GRAY_ALPHA, RGBA)
    difference = np.abs(shown(path, tmp_path) - wanted(samples, kind, depth))
    assert difference.max() <= (0.001 if exact else 2.5)  # two roundings


@pytest.mark.parametrize(("kind", "depth"), [(GRAY, 8), (GRAY, 16), (RGB, 8)])
def test_a_colour_that_is_clear_becomes_paper(
    kind: int, depth: int, tmp_path: Path
) -> None:
    samples = noise(kind, depth)
    samples[:100] = 77
    path = tmp_path / "a.png"
    clear = (77).to_bytes(2) * CHANNELS[kind]
    path.write_bytes(png(samples, kind, depth, interlaced=False, clear=clear))
    found = shown(path, tmp_path)
    assert found[:100].min() == 255
    rest = wanted(samples, kind, depth)[100:]
    keyed = (samples[100:] == 77).all(axis=2)
    assert np.abs(found[100:] - rest)[~keyed].max() <= 1


def test_clear_entries_of_a_palette_become_paper(tmp_path: Path) -> None:
    samples = noise(PALETTE, 8)
    path = tmp_path / "a.png"
    path.write_bytes(png(samples, PALETTE, 8, interlaced=True, clear=bytes(128)))
    found = shown(path, tmp_path)
    hidden = samples[..., 0] < 128
    assert found[hidden].min() == 255
    assert np.array_equal(found[~hidden], PALETTE_COLOURS[samples[..., 0]][~hidden])
