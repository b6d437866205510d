"""Walk the marker segments of a JPEG, ITU-T T.81 Annex B."""

from collections.abc import Iterator

SOI, EOI, SOS, DQT, DHT, DRI, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
SOF_BASELINE, SOF_PROGRESSIVE = 0xC0, 0xC2
APP0, APP14 = 0xE0, 0xEE
FILL = b"\xff"
RST = range(0xD0, 0xD8)
APPLICATION = range(0xE0, 0xF0)


class NotPassable(Exception):
    """Not a JPEG that may pass as it is: decode it and store it losslessly."""


def segment(marker: int, body: bytes) -> bytes:
    """Write one marker segment."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body


def segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (marker, body, entropy-coded data) up to EOI.

    The data is empty but after SOS. Bytes after EOI are never looked at.

    Raises:
        NotPassable: malformed or truncated.
    """
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
        next_marker = _entropy_end(data, end) if marker == SOS else end
        yield marker, data[at + 2 : end], data[end:next_marker]
        at = next_marker


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
