"""What a JPEG 2000 file says of itself (ISO/IEC 15444-1), before anything is decoded.

PDFium decodes it (`pdf_image`), the same code for uploads and for PDF pages: Pillow
turns the white of 16-bit colour black and mixes palettes up (13.0). Only an image with
an opacity channel is decoded by Pillow, which PDFium drops.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from certify.intake.colour import UnreadableImage

CODESTREAM = b"\xff\x4f\xff\x51"  # SOC and SIZ, §A.4
END = b"\xff\xd9"  # EOC
CMYK, SRGB, GRAY, SYCC = 12, 16, 17, 18  # §I.5.3.3, ISO/IEC 15444-2 table M.25
_TAKEN = {CMYK: 4, SRGB: 3, GRAY: 1, SYCC: 3}
ENUMERATED, ICC = 1, (2, 3)
OPACITY, PREMULTIPLIED = 1, 2  # channel types, §I.5.3.6
EIGHT = 8
_INCH_IN_METRES = 0.0254
_MOST_EXPONENT = 9


@dataclass
class Jpeg2000:
    """Size from the codestream, which is what a decoder allocates; colours from boxes.

    Attributes:
        bits: of the deepest component; channels: of colour, opacity apart.
        space: an enumerated colour space, None when a profile or nothing says it.
    """

    width: int = 0
    height: int = 0
    components: int = 0
    bits: int = 0
    space: int | None = None
    profile: bytes | None = None
    palette: bool = False
    opacity: bool = False
    premultiplied: bool = False
    dpi: tuple[float, float] | None = None

    @property
    def channels(self) -> int:
        """Of colour, after the palette."""
        return 3 if self.palette else self.components - self.opacity


def parse(data: bytes) -> Jpeg2000:
    """Read the boxes and the head of the codestream.

    Raises:
        ValueError: malformed.
    """
    found = Jpeg2000()
    if data.startswith(CODESTREAM):
        _codestream(found, data)
    else:
        for kind, body in _boxes(data):
            if kind == b"jp2h":
                _header(found, body)
            elif kind == b"jp2c":
                _codestream(found, body)
                break
    if not found.width or not found.height:
        raise ValueError("no codestream")
    return found


def demand_certain(found: Jpeg2000) -> None:
    """Refuse what two readers could show differently.

    Raises:
        UnreadableImage: channels or colours whose meaning is not certain.
    """
    if found.premultiplied:
        raise UnreadableImage("premultiplied opacity")
    if found.palette:
        if found.components != 1 or found.opacity or found.profile:
            raise UnreadableImage("palette with more")
    elif found.space is not None:
        if _TAKEN.get(found.space) != found.channels:
            raise UnreadableImage(f"colour space {found.space}")
    elif found.channels not in (1, 3):
        raise UnreadableImage("channels without a meaning")
    if found.opacity and (found.bits != EIGHT or found.space == SYCC):
        raise UnreadableImage("opacity beside more than 8 bit")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content, §I.4."""
    at = 0
    while at + 8 <= len(data):
        length, head = int.from_bytes(data[at : at + 4]), 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16]), 16
        end = at + length if length else len(data)
        if end < at + head:
            raise ValueError("box of impossible length")
        yield data[at + 4 : at + 8], data[at + head : end]
        at = end


def _codestream(found: Jpeg2000, data: bytes) -> None:
    """SIZ, §A.5.1."""
    if not data.startswith(CODESTREAM):
        raise ValueError("no codestream")
    if not data.rstrip(b"\0\r\n ").endswith(END):
        raise ValueError("cut off")  # decoders would show what is there, blurred
    right, bottom, left, top = (
        int.from_bytes(data[at : at + 4]) for at in (8, 12, 16, 20)
    )
    found.width, found.height = right - left, bottom - top
    found.components = int.from_bytes(data[40:42])
    depths = data[42 : 42 + 3 * found.components : 3]
    found.bits = max(((depth & 0x7F) + 1 for depth in depths), default=0)


def _header(found: Jpeg2000, data: bytes) -> None:
    coloured = False
    for kind, body in _boxes(data):
        if kind == b"colr" and not coloured and len(body) > 3:  # noqa: PLR2004 - METH PREC APPROX
            coloured = True  # the first one counts, §I.5.3.3
            if body[0] == ENUMERATED:
                found.space = int.from_bytes(body[3:7])
            elif body[0] in ICC:
                found.profile = body[3:]
        elif kind == b"pclr":
            found.palette = True
        elif kind == b"cdef":
            _channels(found, body)
        elif kind == b"res ":
            found.dpi = _resolution(body)


def _channels(found: Jpeg2000, body: bytes) -> None:
    types = [int.from_bytes(body[at : at + 2]) for at in range(4, len(body), 6)]
    found.opacity = OPACITY in types
    found.premultiplied = PREMULTIPLIED in types


def _resolution(body: bytes) -> tuple[float, float] | None:
    """Capture resolution before display resolution, §I.5.3.7; stored per metre."""
    found = {kind: at for kind, at in _boxes(body) if len(at) == 10}  # noqa: PLR2004 - its length
    box = found.get(b"resc", found.get(b"resd"))
    if box is None:
        return None
    y, y_by, x, x_by = (int.from_bytes(box[at : at + 2]) for at in (0, 2, 4, 6))
    exponents = [int.from_bytes(box[at : at + 1], signed=True) for at in (8, 9)]
    if not x_by or not y_by or max(map(abs, exponents)) > _MOST_EXPONENT:
        return None
    return (
        float(x / x_by * 10.0 ** exponents[1] * _INCH_IN_METRES),
        float(y / y_by * 10.0 ** exponents[0] * _INCH_IN_METRES),
    )
