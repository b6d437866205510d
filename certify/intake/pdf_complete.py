"""Is all of an image there? PDFium paints what a cut-off stream still has.

Told for samples that are only packed (Flate, LZW, run lengths) by their number, for
JPEG by decoding it, for JPEG 2000 by its end marker (`jpeg2000`). A fax or JBIG2 stream
does not tell: missing rows are black or white, and the officer compares them.
"""

from io import BytesIO

import pikepdf
from PIL import Image

_PACKED = {
    *("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"),
    *("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"),
}
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
    if len(image.read_bytes()) < row * int(image.Height):
        raise ValueError("image cut off")


def demand_whole_jpeg(coded: bytes) -> None:
    """Decode a JPEG to its end.

    Raises:
        OSError: it ends before its picture does.
    """
    with Image.open(BytesIO(coded), formats=("JPEG",)) as image:
        image.load()


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
