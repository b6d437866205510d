"""Pictures of a person's signature and of an agency's seal.

NĐ 30/2020 Phụ lục I: transparent PNG, signature blue, seal red and at real size. The
millimetres come from the file's own resolution.
"""

import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

_INCH_MM = 25.4
_MAX_SIDE_PX = 4000


class PictureUnusableError(Exception):
    """The file is not a transparent PNG with a resolution."""


@dataclass(frozen=True)
class Picture:
    """A picture split into what a PDF image and its soft mask need.

    Attributes:
        colour, alpha: Flate-compressed samples, RGB and grey, 8 bit.
    """

    width_px: int
    height_px: int
    width_mm: float
    height_mm: float
    colour: bytes
    alpha: bytes


def load_picture(path: Path) -> Picture:
    """Read a transparent PNG.

    Raises:
        PictureUnusableError: with the reason, for the administrator.
    """
    try:
        with Image.open(BytesIO(path.read_bytes()), formats=["PNG"]) as image:
            if max(image.size) > _MAX_SIDE_PX:
                raise PictureUnusableError("larger than 4000 pixels")
            if "dpi" not in image.info:
                raise PictureUnusableError("no resolution in the file")
            dpi = image.info["dpi"]
            rgba = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureUnusableError("not a readable PNG") from error
    alpha = rgba.getchannel("A")
    if alpha.getextrema()[0] == 255:  # noqa: PLR2004 - fully opaque
        raise PictureUnusableError("no transparent background")
    return Picture(
        width_px=rgba.width,
        height_px=rgba.height,
        width_mm=rgba.width / dpi[0] * _INCH_MM,
        height_mm=rgba.height / dpi[1] * _INCH_MM,
        colour=zlib.compress(rgba.convert("RGB").tobytes(), 6),
        alpha=zlib.compress(alpha.tobytes(), 6),
    )
