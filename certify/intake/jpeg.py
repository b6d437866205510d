"""Structural parse of a JPEG: keep the picture, drop everything else (design §5).

ITU-T T.81 Annex B. A JPEG passes through only if it is baseline or progressive, 8 bit,
gray or three components in a colour order that all readers agree on. What comes out
holds the tables, the frame and the scans, a rebuilt Adobe marker where there was one,
and ends at EOI: no EXIF, no comment, no thumbnail, no trailing byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, DQT, DHT, DRI, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
SOF_BASELINE, SOF_PROGRESSIVE = 0xC0, 0xC2
APP0, APP14 = 0xE0, 0xEE
FILL = b"\xff"
RST = range(0xD0, 0xD8)
APPLICATION = range(0xE0, 0xF0)
ADOBE = b"Adobe"
MAX_SEGMENTS = 2000  # a progressive colour scan has some 30


class NotPassable(Exception):
    """Not a JPEG that may pass as it is: decode it and store it losslessly."""


@dataclass(frozen=True)
class Jpeg:
    """A clean JPEG stream."""

    stream: bytes
    width: int
    height: int
    components: int


@dataclass
class _Parsed:
    segments: list[bytes]
    frame: bytes = b""
    jfif: bool = False
    adobe: int | None = None
    scans: int = 0


def clean_jpeg(data: bytes) -> Jpeg:
    """Return the picture alone.

    Raises:
        NotPassable: malformed, or of a kind that must be decoded.
    """
    parsed = _Parsed([])
    for marker, body in _segments(data):
        _take(parsed, marker, body)
    if not parsed.frame or not parsed.scans:
        raise NotPassable("no frame or no scan")
    height = int.from_bytes(parsed.frame[1:3])
    width = int.from_bytes(parsed.frame[3:5])
    components = parsed.frame[5]
    if not width or not height:
        raise NotPassable("size left open")
    _check_colour(parsed, components)
    adobe = b"" if parsed.adobe is None else _adobe(parsed.adobe)
    stream = b"".join([b"\xff\xd8", adobe, *parsed.segments, b"\xff\xd9"])
    return Jpeg(stream, width, height, components)


def _take(parsed: _Parsed, marker: int, body: bytes) -> None:
    """Keep or drop one segment; a scan's body includes its entropy-coded data."""
    if len(parsed.segments) > MAX_SEGMENTS:
        raise NotPassable("too many segments")
    match marker:
        case 0xC0 | 0xC2:
            if parsed.frame or len(body) < 6 or body[0] != 8:  # noqa: PLR2004 - T.81
                raise NotPassable("not one frame of 8 bit")
            if len(body) != 6 + 3 * body[5]:
                raise NotPassable("frame header of wrong length")
            parsed.frame = body
        case 0xDA:
            parsed.scans += 1
            parsed.segments.append(b"\xff\xda" + body)
            return
        case 0xDB | 0xC4 | 0xDD:
            pass
        case _ if marker == COM or marker in APPLICATION:
            _note_application(parsed, marker, body)
            return
        case _:  # arithmetic, lossless, hierarchical, DNL …
            raise NotPassable(f"marker {marker:02X}")
    length = (len(body) + 2).to_bytes(2)
    parsed.segments.append(bytes([0xFF, marker]) + length + body)


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


def _adobe(transform: int) -> bytes:
    """APP14 rebuilt from its one meaningful byte (Adobe TN 5116 §18)."""
    body = ADOBE + (100).to_bytes(2) + bytes(4) + bytes([transform])
    return bytes([0xFF, APP14]) + (len(body) + 2).to_bytes(2) + body


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, body) up to EOI. Bytes after it are never looked at."""
    if data[:2] != b"\xff\xd8":
        raise NotPassable("no SOI")
    at = 2
    while True:
        at, marker = _marker(data, at)
        if marker == EOI:
            return
        length = int.from_bytes(data[at : at + 2])
        end = at + length
        if length < 2 or end > len(data):  # noqa: PLR2004 - the length counts itself
            raise NotPassable("segment runs out of the file")
        if marker == SOS:
            scan_end = _entropy_end(data, end)
            yield marker, data[at:scan_end]
            at = scan_end
        else:
            yield marker, data[at + 2 : end]
            at = end


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Read one marker, skipping fill bytes (T.81 B.1.1.2)."""
    if data[at : at + 1] != FILL:
        raise NotPassable("no marker where one must be")
    while data[at : at + 1] == FILL:
        at += 1
    if at >= len(data) or data[at] in (0x00, SOI, *RST):
        raise NotPassable("misplaced marker")
    return at + 1, data[at]


def _entropy_end(data: bytes, at: int) -> int:
    """Return where the next marker begins that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise NotPassable("no EOI: truncated")
        following = data[at + 1]
        if following == 0x00 or following in RST:
            at += 2
        else:
            return at
