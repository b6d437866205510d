"""JPEGs that carry bytes which are no pixels, in every place we know of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, TiffImagePlugin

from certify.intake.jpeg_segments import segment
from tests.support import scans

CHUNK = 16  # of payload: long enough never to occur by chance


@dataclass(frozen=True)
class Carrier:
    """A JPEG, what is hidden in it, and the picture's pixels as Pillow sees them."""

    kind: str
    data: bytes
    payload: bytes
    pixels: scans.Array


def carriers(count: int) -> Iterator[Carrier]:
    """Make `count` of them, kind after kind, each with its own picture and payload."""
    kinds = list(KINDS.items())
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        rng = np.random.default_rng([number, 29])
        payload = payload_of(rng)
        picture = _picture(rng)
        data = make(picture, payload, rng)
        with Image.open(BytesIO(data)) as image:
            pixels = np.asarray(image)
        yield Carrier(kind, data, payload, pixels)


def payload_of(rng: np.random.Generator) -> bytes:
    """Random bytes without FF: they stand as they are in coded data."""
    return rng.integers(0, 255, CHUNK * int(rng.integers(1, 40)), np.uint8).tobytes()


def _picture(rng: np.random.Generator) -> Image.Image:
    size = (int(rng.integers(120, 400)), int(rng.integers(120, 400)))
    picture = scans.drawing(str(rng.choice(["RGB", "L"])), (400, 560)).resize(size)
    grain = rng.normal(0, 3, np.asarray(picture).shape)
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def _jpeg(picture: Image.Image, rng: np.random.Generator, **options: object) -> bytes:
    subsampling = int(rng.integers(0, 3))
    return scans.jpeg(picture, subsampling=subsampling, **options)


def _after_end(picture: Image.Image, payload: bytes, rng: np.random.Generator) -> bytes:
    return _jpeg(picture, rng) + payload


def _after_blocks(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    return _jpeg(picture, rng)[:-2] + payload + b"\xff\xd9"


def _after_restart(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    data = _jpeg(picture, rng, restart_marker_rows=2)
    at = data.index(b"\xff\xd0", data.index(b"\xff\xda"))
    return data[:at] + payload + data[at:]


def _stray_restart(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    return _jpeg(picture, rng)[:-2] + b"\xff\xd3" + payload + b"\xff\xd9"


def _between_scans(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    data = _jpeg(picture, rng, progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    before = data.rindex(b"\xff\xc4", 0, second)
    return data[:before] + payload + data[before:]


def _unused_tables(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    data = _jpeg(picture, rng)
    table = (payload * 64)[:64]
    return data[:2] + segment(0xDB, b"\x03" + table) + data[2:]


def _own_huffman(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    """A DC table whose unused codes name the payload's bytes."""
    data = _jpeg(picture, rng)
    lengths = bytes(15) + bytes([CHUNK])
    unused = segment(0xC4, b"\x13" + lengths + payload[:CHUNK])
    return data[:2] + unused + data[2:]


def _second_definition(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    """Table 0 defined twice: the first one means nothing."""
    data = _jpeg(picture, rng)
    return data[:2] + segment(0xDB, b"\x00" + (payload * 64)[:64]) + data[2:]


def _application(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    data = _jpeg(picture, rng)
    marker = int(rng.integers(0xE3, 0xEE))
    return data[:2] + segment(marker, payload) + data[2:]


def _comment(picture: Image.Image, payload: bytes, rng: np.random.Generator) -> bytes:
    return _jpeg(picture, rng, comment=payload)


def _comment_after_scan(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    return _jpeg(picture, rng)[:-2] + segment(0xFE, payload) + b"\xff\xd9"


def _adobe_luggage(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    data = _jpeg(picture, rng)
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + payload)
    return data[:2] + adobe + data[2:]


def _position(picture: Image.Image, payload: bytes, rng: np.random.Generator) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = payload.hex()
    exif.get_ifd(0x8825).update(
        {1: "N", 2: tuple(TiffImagePlugin.IFDRational(n) for n in (22, 23, 45))}
    )
    return _jpeg(picture, rng, exif=exif)


def _fill_bytes(
    picture: Image.Image, payload: bytes, rng: np.random.Generator
) -> bytes:
    """A message in how many fill bytes stand before each marker."""
    data = _jpeg(picture, rng)
    at = data.index(b"\xff\xda")
    return data[:2] + b"\xff" * payload[0] + data[2:at] + b"\xff" * 17 + data[at:]


KINDS: dict[str, Callable[[Image.Image, bytes, np.random.Generator], bytes]] = {
    "after the end": _after_end,
    "after the last block": _after_blocks,
    "before a restart": _after_restart,
    "after a stray restart": _stray_restart,
    "between scans": _between_scans,
    "unused quantisation table": _unused_tables,
    "unused Huffman table": _own_huffman,
    "table defined twice": _second_definition,
    "application data": _application,
    "comment": _comment,
    "comment behind the scan": _comment_after_scan,
    "Adobe marker": _adobe_luggage,
    "EXIF and position": _position,
    "fill bytes": _fill_bytes,
}
