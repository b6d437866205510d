"""Changes of a JPEG's segments (ITU-T T.81 annex B)."""

from tests.fuzz.chance import Random, odd_number

_START_OF_SCAN = 0xDA
_MARKERS = (
    *(0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC9, 0xCA, 0xCC, 0xD0, 0xD7, 0xD8, 0xD9),
    *(0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xE0, 0xE1, 0xE2, 0xEE, 0xF0, 0xFE, 0x01, 0x00),
)


def change_jpeg(data: bytes, rng: Random) -> bytes:
    """Change headers and tables, or the coded data; lengths stay right, mostly."""
    segments, scan = _split(data)
    if not segments:
        return data[: rng.randrange(len(data) + 1)]
    for _ in range(rng.choice((1, 1, 2, 3))):
        if rng.random() < 0.2:
            scan = _change_scan(scan, rng)
        else:
            _change_segments(segments, rng)
    return _join(segments, scan, rng)


def _split(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Segments up to the first scan, and everything from its coded data on."""
    segments: list[tuple[int, bytes]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((marker, data[at + 4 : at + 2 + length]))
        at += 2 + length
        if marker == _START_OF_SCAN:
            break
    return segments, data[at:]


def _join(segments: list[tuple[int, bytes]], scan: bytes, rng: Random) -> bytes:
    out = bytearray(b"\xff\xd8")
    for marker, body in segments:
        length = len(body) + 2
        if rng.random() < 0.02:
            length = odd_number(rng, length)
        out += b"\xff%c" % marker + (length & 0xFFFF).to_bytes(2, "big") + body
    return bytes(out + scan)


def _change_segments(segments: list[tuple[int, bytes]], rng: Random) -> None:
    at = rng.randrange(len(segments))
    marker, body = segments[at]
    match rng.randrange(7):
        case 0:
            segments.pop(at) if len(segments) > 1 else None
        case 1:
            segments.insert(at, rng.choice(segments))
        case 2:
            segments[at] = (rng.choice(_MARKERS), body)
        case 3:
            segments.insert(
                at, (rng.choice(_MARKERS), rng.randbytes(rng.randrange(90)))
            )
        case 4:
            segments[at] = (marker, body[: rng.randrange(len(body) + 1)])
        case _:
            segments[at] = (marker, _change_body(body, rng))


def _change_body(body: bytes, rng: Random) -> bytes:
    """Sizes, components, table numbers, code lengths: single bytes of a header."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if changed:
            # the first bytes of a frame are precision, height, width, components
            near = min(len(changed), rng.choice((6, 20, 400)))
            changed[rng.randrange(near)] = rng.choice(
                (
                    0,
                    1,
                    2,
                    3,
                    4,
                    8,
                    0x11,
                    0x22,
                    0x41,
                    0x7F,
                    0x80,
                    0xFF,
                    rng.randrange(256),
                )
            )
    return bytes(changed)


def _change_scan(scan: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(scan) + 1)
    match rng.randrange(6):
        case 0:
            return scan[:at]
        case 1:
            return scan[:at] + b"\xff%c" % rng.choice(_MARKERS) + scan[at:]
        case 2:
            return scan[:at] + rng.randbytes(3) + scan[at + 3 :]
        case 3:
            return scan + rng.randbytes(300)
        case 4:
            return scan + scan
        case _:
            return scan[:at] + b"\xff\xd9"
