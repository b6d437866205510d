"""A page's pixels on their way into the canonical file."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from certify.intake.facts import Conversion
from certify.intake.geometry import Pixels
from certify.intake.jpeg import Jpeg

LOOK_SIDE = 1000  # about 85 dpi of A4: lines of text stay apart


@dataclass(frozen=True)
class Picture:
    """Either a JPEG that passes through, or decoded pixels, upright."""

    content: Jpeg | Pixels
    conversion: Conversion = Conversion.NONE

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        if isinstance(self.content, Jpeg):
            return self.content.width, self.content.height
        return self.content.shape[1], self.content.shape[0]

    @property
    def channels(self) -> int:
        """1 or 3."""
        if isinstance(self.content, Jpeg):
            return self.content.components
        return 3 if self.content.ndim == 3 else 1  # noqa: PLR2004 - H × W × 3

    @property
    def bits(self) -> int:
        """1 or 8 per channel."""
        if isinstance(self.content, Jpeg):
            return 8
        return 1 if self.content.dtype == np.bool_ else 8

    def reduced_gray(self) -> npt.NDArray[np.float32]:
        """Return a small gray copy for looking at, averaged over square blocks."""
        if isinstance(self.content, Jpeg):
            gray: npt.NDArray[Any] = _draft(self.content)
        elif self.channels == 3:  # noqa: PLR2004
            # green carries most of the luminance
            gray = np.asarray(self.content[..., 1], np.uint8)
        else:
            gray = self.content
        step = max(1, max(gray.shape) // LOOK_SIDE)
        return _block_mean(gray, step) * (255.0 if gray.dtype == np.bool_ else 1.0)


def _draft(jpeg: Jpeg) -> Pixels:
    """Decode at an eighth to a half of the size: libjpeg skips most of the work.

    Raises:
        OSError: the picture cannot be decoded.
    """
    with Image.open(BytesIO(jpeg.stream), formats=("JPEG",)) as image:
        wanted = max(1, max(image.size) // LOOK_SIDE)
        image.draft("L", (image.width // wanted, image.height // wanted))
        return np.asarray(image.convert("L"))


def _block_mean(gray: npt.NDArray[Any], step: int) -> npt.NDArray[np.float32]:
    if step == 1:
        return gray.astype(np.float32)
    height, width = gray.shape[0] // step, gray.shape[1] // step
    cut = gray[: height * step, : width * step]
    blocks = cut.reshape(height, step, width, step)
    total = np.zeros((height, width), np.uint32)
    for row in range(step):
        for column in range(step):
            total += blocks[:, row, :, column]
    return (total / np.float32(step * step)).astype(np.float32)


def simplest(pixels: Pixels) -> Pixels:
    """Same picture with the fewest channels and bits that hold it without loss."""
    if pixels.ndim == 3 and _is_gray(pixels):  # noqa: PLR2004
        pixels = pixels[..., 0].copy()
    if pixels.ndim == 2 and pixels.dtype != np.bool_ and _is_black_white(pixels):  # noqa: PLR2004
        return pixels > 0
    return pixels


def _is_gray(pixels: Pixels) -> bool:
    """Stop at the first strip with colour."""
    return all(
        np.array_equal(strip[..., 0], strip[..., 1])
        and np.array_equal(strip[..., 1], strip[..., 2])
        for strip in _strips(pixels)
    )


def _is_black_white(pixels: Pixels) -> bool:
    return all(bool(((s == 0) | (s == 255)).all()) for s in _strips(pixels))  # noqa: PLR2004


def _strips(pixels: Pixels) -> list[Pixels]:
    return [pixels[top : top + 256] for top in range(0, pixels.shape[0], 256)]
