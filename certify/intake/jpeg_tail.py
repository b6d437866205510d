"""Does a scan's coded data end where its picture ends?

libjpeg skips whatever follows the last block. To see it, the decoder is given the
coded data without the marker behind it: a picture that needs its last bytes makes
libjpeg wait for more, one that is complete before does not. libjpeg reads ahead until
it holds 57 bits, so at most 7 bytes can follow the last block of a file that passes.
"""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from typing_extensions import override

EOI = b"\xff\xd9"


class _Watched(BytesIO):
    """A file that notes whether more was wanted than there is, and then ends well."""

    wanted_more = False

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if data:
            return data
        self.wanted_more = True
        return EOI


def gray_if_whole(stream: bytes) -> npt.NDArray[np.uint8] | None:
    """Decode a baseline JPEG to gray; None if it is complete before its data ends.

    Args:
        stream: a well-formed JPEG whose last two bytes are EOI.

    Raises:
        OSError: it cannot be decoded.
    """
    with _Watched(stream[:-2]) as file:
        gray = decode_gray(file)
        return gray if file.wanted_more else None


def decode_gray(file: BytesIO) -> npt.NDArray[np.uint8]:
    """Decode a JPEG's luminance alone: no colour is put together.

    Raises:
        OSError: it cannot be decoded.
    """
    with Image.open(file, formats=("JPEG",)) as image:
        image.draft("L", image.size)
        return np.asarray(image.convert("L"))
