"""A JPEG's picture and nothing else (design §4.5, §5; docs/decisions/0011).

A JPEG keeps its coefficients only if it is baseline or progressive, 8 bit, gray or
three components in a colour order that all readers agree on. A plain one (one scan,
common Huffman tables, no restarts, nothing behind the last block) is written anew
around its coded data; any other is coded anew, losslessly, from its coefficients.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import mozjpeg_lossless_optimization as mozjpeg
import numpy as np
import numpy.typing as npt

from certify.intake.jpeg_baseline import (
    BaselineParts,
    NotPlain,
    read_huffman,
    read_quantisation,
    write_baseline,
)
from certify.intake.jpeg_segments import (
    APP0,
    APP14,
    APPLICATION,
    COM,
    DHT,
    DQT,
    DRI,
    SOF_BASELINE,
    SOF_PROGRESSIVE,
    SOS,
    NotPassable,
    segment,
    segments,
)
from certify.intake.jpeg_tail import decode_gray, gray_if_whole

ADOBE = b"Adobe"
MAX_SEGMENTS = 2000  # a progressive colour scan has some 30
_PICTURE = {SOF_BASELINE, SOF_PROGRESSIVE, SOS, DQT, DHT, DRI}


@dataclass(frozen=True)
class Jpeg:
    """A clean JPEG stream.

    Attributes:
        decoded: its gray pixels, if cleaning had to decode it.
    """

    stream: bytes
    width: int
    height: int
    components: int
    decoded: npt.NDArray[np.uint8] | None = field(
        default=None, repr=False, compare=False
    )

    def gray(self) -> npt.NDArray[np.uint8]:
        """Return its pixels in gray.

        Raises:
            OSError: it cannot be decoded.
        """
        if self.decoded is not None:
            return self.decoded
        return decode_gray(BytesIO(self.stream))


@dataclass
class _Parsed:
    """Segments of the picture as (marker, body, coded data), and two markers' news."""

    kept: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    frame: bytes = b""
    jfif: bool = False
    adobe: int | None = None

    def bodies(self, marker: int) -> Iterator[bytes]:
        return (body for kind, body, _coded in self.kept if kind == marker)


def clean_jpeg(data: bytes) -> Jpeg:
    """Return the picture alone.

    Raises:
        NotPassable: malformed, or of a kind that must be decoded.
    """
    parsed = _parse(data)
    height = int.from_bytes(parsed.frame[1:3])
    width = int.from_bytes(parsed.frame[3:5])
    components = parsed.frame[5]
    if not width or not height:
        raise NotPassable("size left open")
    try:
        stream = _framed(parsed, write_baseline(_baseline_parts(parsed)))
        gray = _gray_if_whole(stream)
    except NotPlain:
        stream, gray = b"", None
    if gray is None:
        stream = _coded_anew(parsed)
    return Jpeg(stream, width, height, components, gray)


def _parse(data: bytes) -> _Parsed:
    parsed = _Parsed()
    for marker, body, coded in segments(data):
        if len(parsed.kept) > MAX_SEGMENTS:
            raise NotPassable("too many segments")
        if marker in _PICTURE:
            _take_frame(parsed, marker, body)
            parsed.kept.append((marker, body, coded))
        elif marker == COM or marker in APPLICATION:
            _note_application(parsed, marker, body)
        else:  # arithmetic, lossless, hierarchical, DNL …
            raise NotPassable(f"marker {marker:02X}")
    if not parsed.frame or not any(parsed.bodies(SOS)):
        raise NotPassable("no frame or no scan")
    _check_colour(parsed, parsed.frame[5])
    return parsed


def _take_frame(parsed: _Parsed, marker: int, body: bytes) -> None:
    if marker not in (SOF_BASELINE, SOF_PROGRESSIVE):
        return
    if parsed.frame or len(body) < 6 or body[0] != 8:  # noqa: PLR2004 - T.81 B.2.2
        raise NotPassable("not one frame of 8 bit")
    if len(body) != 6 + 3 * body[5]:
        raise NotPassable("frame header of wrong length")
    parsed.frame = body


def _note_application(parsed: _Parsed, marker: int, body: bytes) -> None:
    if marker == APP0 and body.startswith(b"JFIF\0"):
        parsed.jfif = True
    if marker == APP14 and body.startswith(ADOBE) and len(body) >= 12:  # noqa: PLR2004
        parsed.adobe = body[11]


def _check_colour(parsed: _Parsed, components: int) -> None:
    """Without the markers we drop, every reader must still see the same colours."""
    if components == 1:
        parsed.adobe = None
        return
    identifiers = [parsed.frame[6 + 3 * n] for n in range(components)]
    if components != 3:  # noqa: PLR2004 - gray or three, nothing else
        raise NotPassable("CMYK or odd")
    if parsed.adobe is None:
        if identifiers not in ([1, 2, 3], [0, 1, 2]):
            raise NotPassable("colour order by component names")
    elif parsed.adobe not in (0, 1) or (parsed.jfif and parsed.adobe == 0):
        raise NotPassable("colour markers contradict each other")


def _baseline_parts(parsed: _Parsed) -> BaselineParts:
    """Raise NotPlain for progressive, several scans, restarts or uncommon tables."""
    scans = [(body, coded) for kind, body, coded in parsed.kept if kind == SOS]
    if not any(parsed.bodies(SOF_BASELINE)) or len(scans) != 1:
        raise NotPlain("several scans")
    if parsed.kept[-1][0] != SOS or any(int.from_bytes(b) for b in parsed.bodies(DRI)):
        raise NotPlain("restarts, or tables behind the scan")
    parts = BaselineParts(parsed.frame, *scans[0], {}, {})
    for body in parsed.bodies(DQT):
        parts.quantisation.update(read_quantisation(body))
    for body in parsed.bodies(DHT):
        parts.huffman.update(read_huffman(body))
    return parts


def _gray_if_whole(stream: bytes) -> npt.NDArray[np.uint8] | None:
    try:
        return gray_if_whole(stream)
    except (OSError, ValueError, SyntaxError) as error:
        raise NotPassable("cannot be decoded") from error


def _coded_anew(parsed: _Parsed) -> bytes:
    """Code the same coefficients again (progressive, best tables): the same pixels."""
    whole = b"".join(segment(kind, body) + coded for kind, body, coded in parsed.kept)
    try:
        coded = mozjpeg.optimize(_framed(parsed, whole), mozjpeg.COPY_MARKERS.NONE)
    except ValueError as error:
        raise NotPassable("cannot be coded anew") from error
    made = _parse(coded)
    return _framed(made, b"".join(segment(k, b) + c for k, b, c in made.kept))


def _framed(parsed: _Parsed, segments_between: bytes) -> bytes:
    adobe = b"" if parsed.adobe is None else _adobe(parsed.adobe)
    return b"\xff\xd8" + adobe + segments_between + b"\xff\xd9"


def _adobe(transform: int) -> bytes:
    """APP14 rebuilt from its one meaningful byte (Adobe TN 5116 §18)."""
    return segment(APP14, ADOBE + (100).to_bytes(2) + bytes(4) + bytes([transform]))
