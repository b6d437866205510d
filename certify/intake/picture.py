"""A page's pixels on their way into the canonical file."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from certify.intake.facts import Conversion
from certify.intake.geometry import Pixels
from certify.intake.jpeg import Jpeg


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

    def gray(self) -> npt.NDArray[np.uint8]:
        """Return all pixels in gray, for looking at.

        Raises:
            OSError: the picture cannot be decoded.
        """
        if isinstance(self.content, Jpeg):
            return self.content.gray()
        if self.channels == 3:  # noqa: PLR2004
            # green carries most of the luminance
            return np.ascontiguousarray(self.content[..., 1], np.uint8)
        if self.bits == 1:
            return self.content.astype(np.uint8) * np.uint8(255)
        return np.asarray(self.content, np.uint8)


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
