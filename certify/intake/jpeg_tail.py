"""Does a scan's coded data end where its picture ends?

libjpeg skips whatever follows the last block. To see it, the decoder is given the
coded data without the marker behind it: a picture that needs its last bytes makes
libjpeg wait for more, one that is complete before does not. libjpeg reads ahead until
it holds 57 bits, so at most 7 bytes can follow the last block of a file that passes.
"""

from io import BytesIO

from PIL import Image
from typing_extensions import override

EOI = b"\xff\xd9"
SMALLEST = 8  # libjpeg decodes an eighth of the size without most of the work


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


def has_bytes_left_over(stream: bytes) -> bool:
    """Tell whether a baseline JPEG's picture is complete before its data ends.

    Args:
        stream: a well-formed JPEG whose last two bytes are EOI.

    Raises:
        OSError: it cannot be decoded.
    """
    with _Watched(stream[:-2]) as file, Image.open(file, formats=("JPEG",)) as image:
        image.draft("L", (image.width // SMALLEST, image.height // SMALLEST))
        image.load()
        return not file.wanted_more
