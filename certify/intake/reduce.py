"""Make a page image smaller: fewer pixels, and JPEG where there was no loss before.

Only ever downwards, never below the resolution asked for, and only when it helps:
otherwise the image keeps its very bytes. One bit stays one bit (CCITT G4).
"""

from io import BytesIO

import numpy as np
import pikepdf
from PIL import Image

from certify.intake.encode import ImageStream, encode
from certify.intake.geometry import Pixels, Turn
from certify.intake.jpeg import Jpeg, clean_jpeg
from certify.intake.pdf_image import take_image
from certify.intake.picture import Picture
from certify.scan import PageImage

QUALITY = 80
"""Of JPEG; with full colour resolution, so that seals keep their edges."""
MIDDLE = 128
BASE = 1000
"""Sizes are integers of 1/1000 point; the product below stays exact."""


def reduced(
    image: ImageStream, source: pikepdf.Stream, page: PageImage, dpi: int
) -> ImageStream:
    """Return a smaller image of at least `dpi`, or the given one.

    Args:
        image: as it lies in the canonical file.
        source: the same, to be decoded.
        page: its geometry, upright.
        dpi: never undercut, in neither direction.
    """
    size = (
        _fewer(page.width_px, page.width_milli_pt, dpi),
        _fewer(page.height_px, page.height_milli_pt, dpi),
    )
    same_size = size == (page.width_px, page.height_px)
    if same_size and image.stream_filter != "FlateDecode":
        return image
    made = encode(_encoded(_resized(_pixels(source), size)))
    return made if len(made.data) < len(image.data) else image


def _fewer(pixels: int, milli_points: int, dpi: int) -> int:
    """Pixels of a side at `dpi`, rounded up; never more than there are."""
    return min(pixels, -(-milli_points * dpi // (72 * BASE)))


def _pixels(source: pikepdf.Stream) -> Pixels:
    content = take_image(source, Turn.NONE).content
    if not isinstance(content, Jpeg):
        return content
    with Image.open(BytesIO(content.stream), formats=("JPEG",)) as opened:
        return np.asarray(opened)


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if size == (pixels.shape[1], pixels.shape[0]):
        return pixels
    two_tone = pixels.dtype == np.bool_
    gray = pixels.astype(np.uint8) * 255 if two_tone else pixels
    smaller = np.asarray(Image.fromarray(gray).resize(size, Image.Resampling.LANCZOS))
    return smaller >= MIDDLE if two_tone else smaller


def _encoded(pixels: Pixels) -> Picture:
    if pixels.dtype == np.bool_:
        return Picture(pixels)
    data = BytesIO()
    # libjpeg refuses a word on colour sampling for a gray picture
    colour = {"subsampling": 0} if pixels.ndim == 3 else {}  # noqa: PLR2004 - H × W × 3
    Image.fromarray(pixels).save(data, "JPEG", quality=QUALITY, **colour)
    return Picture(clean_jpeg(data.getvalue()))
