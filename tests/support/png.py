"""PNG of every colour type and depth, plain and interlaced, written by hand.

ISO/IEC 15948: Pillow writes neither Adam7 nor 16-bit colour.
"""

import zlib

import numpy as np

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
