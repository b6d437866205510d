"""Is all of an image there? PDFium paints what a cut-off stream still has.

Told for samples that are only packed (Flate, LZW, run lengths) by their number, for
JPEG by decoding it, for JPEG 2000 by its end marker (`jpeg2000`), for JBIG2 by the
lengths of its segments, for a fax by what it does with bytes behind it (`pdf_image`).
"""

from io import BytesIO

import pikepdf
from PIL import Image

_PACKED = {
    *("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"),
    *("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"),
}
_UNKNOWN_LENGTH = 0xFFFFFFFF  # §7.2.7
_LONG_FORM, _LONG_PAGE = 7, 0x40
_ONE, _THREE, _FOUR = 1, 3, 4
_CHANNELS = {
    "/DeviceGray": _ONE,
    "/CalGray": _ONE,
    "/Indexed": _ONE,
    "/Separation": _ONE,
    "/DeviceRGB": _THREE,
    "/CalRGB": _THREE,
    "/Lab": _THREE,
    "/DeviceCMYK": _FOUR,
}


def demand_samples(image: pikepdf.Stream, filters: list[str]) -> None:
    """Count the bytes of an image that is only packed; say nothing of others.

    Raises:
        ValueError: some are missing.
    """
    if not set(filters) <= _PACKED:
        return
    bits = int(image.get("/BitsPerComponent", 1)) * _channels(image)
    row = (int(image.Width) * bits + 7) // 8
    # run lengths are "specialised" to qpdf
    held = image.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    if len(held) < row * int(image.Height):
        raise ValueError("image cut off")


def demand_whole_jpeg(coded: bytes) -> None:
    """Decode a JPEG to its end.

    Raises:
        OSError: it ends before its picture does.
    """
    with Image.open(BytesIO(coded), formats=("JPEG",)) as image:
        image.load()


def demand_segments(coded: bytes) -> None:
    """Walk the segments of an embedded JBIG2 stream (ITU-T T.88 §7.2).

    Raises:
        ValueError: the last one is longer than what is there.
    """
    at = 0
    while at < len(coded.rstrip(b"\r\n")):
        at, length = _segment(coded, at)
        if length == _UNKNOWN_LENGTH:
            return
        at += length
    if at > len(coded):
        raise ValueError("image cut off")


def _segment(coded: bytes, at: int) -> tuple[int, int]:
    """Return where the data of the segment at `at` begins, and its length."""
    number, flags, count = int.from_bytes(coded[at : at + 4]), *coded[at + 4 : at + 6]
    count >>= 5
    at += 6
    if count == _LONG_FORM:
        count = int.from_bytes(coded[at - 1 : at + 3]) & 0x1FFFFFFF
        at += 3 + (count + 8) // 8
    width = 1 if number <= 256 else 2 if number <= 65536 else 4  # noqa: PLR2004 - §7.2.5
    at += count * width + (4 if flags & _LONG_PAGE else 1)
    return at + 4, int.from_bytes(coded[at : at + 4])


def _channels(image: pikepdf.Stream) -> int:
    """Samples per pixel, ISO 32000-2 §8.6; at least one for what is not known."""
    space = image.get("/ColorSpace")
    if not isinstance(space, pikepdf.Array):
        return _CHANNELS.get(str(space), _ONE)
    family = str(space[0])
    if family == "/ICCBased":
        return int(space[1].get("/N", _ONE))
    if family == "/DeviceN":
        return len(space[1])
    return _CHANNELS.get(family, _ONE)
