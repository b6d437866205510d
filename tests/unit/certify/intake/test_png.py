"""PNG of every colour type and depth, plain and interlaced (ISO/IEC 15948 §11.2)."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.support import scans
from tests.support.scans import Array

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
DEPTHS = {
    GRAY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GRAY_ALPHA: (8, 16),
    RGBA: (8, 16),
}
CASES = [(kind, depth) for kind, depths in DEPTHS.items() for depth in depths]
SIZE = (401, 350)  # odd: rows that do not fill their bytes
ADAM7 = (  # x, y, step x, step y of each pass, §8.2
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
PALETTE_COLOURS = np.random.default_rng(3).integers(0, 256, (256, 3), np.uint8)


def chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data).to_bytes(4)
    return len(data).to_bytes(4) + kind + data + check


def png(
    samples: Array, kind: int, depth: int, *, interlaced: bool, clear: bytes = b""
) -> bytes:
    """Write samples (height × width × channels) at 300 dpi."""
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    lines = b""
    for x, y, step_x, step_y in passes:
        part = samples[y::step_y, x::step_x]
        lines += b"".join(b"\0" + row for row in _rows(part, depth))
    header = width.to_bytes(4) + height.to_bytes(4)
    header += bytes([depth, kind, 0, 0, int(interlaced)])
    dots = (11811).to_bytes(4) * 2 + b"\x01"
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"pHYs", dots)
    if kind == PALETTE:
        data += chunk(b"PLTE", PALETTE_COLOURS[: 2**depth].tobytes())
    if clear:
        data += chunk(b"tRNS", clear)
    return data + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def _rows(part: Array, depth: int) -> list[bytes]:
    if not part.size:
        return []
    rows = part.reshape(part.shape[0], -1)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    spread = (rows[..., None] >> np.arange(depth - 1, -1, -1)) & 1
    bits = np.packbits(spread.reshape(rows.shape[0], -1).astype(bool), axis=1)
    return [row.tobytes() for row in bits]


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
