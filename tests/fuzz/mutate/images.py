"""Changes of PNG chunks, TIFF tags and JPEG 2000 boxes."""

import zlib
from collections.abc import Sequence

from tests.fuzz.chance import Random, odd_number

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = (
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"iCCP", b"gAMA", b"sBIT"),
    *(b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"fdAT", b"cHRM", b"bKGD"),
)


def change_png(data: bytes, rng: Random) -> bytes:
    """Change chunks and give them the right CRC again, mostly."""
    chunks = png_chunks(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if chunks:
            _change_chunks(chunks, rng)
    return png_file(chunks, rng)


def png_file(chunks: Sequence[tuple[bytes, bytes]], rng: Random | None = None) -> bytes:
    """Write chunks; with a generator a few lengths and checksums are wrong."""
    out = bytearray(_PNG)
    for kind, body in chunks:
        check, length = zlib.crc32(kind + body), len(body)
        if rng and rng.random() < 0.02:
            check ^= 1
        if rng and rng.random() < 0.01:
            length = abs(odd_number(rng)) % 2**32
        out += length.to_bytes(4, "big") + kind + body + check.to_bytes(4, "big")
    return bytes(out)


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and body of each chunk (ISO/IEC 15948 §5.3)."""
    chunks = []
    at = len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _change_chunks(chunks: list[tuple[bytes, bytes]], rng: Random) -> None:
    at = rng.randrange(len(chunks))
    kind, body = chunks[at]
    match rng.randrange(8):
        case 0:
            chunks.pop(at)
        case 1:
            chunks.insert(rng.randrange(len(chunks)), (kind, body))
        case 2:
            chunks[at] = (rng.choice(_CHUNKS), body)
        case 3:
            new = rng.randbytes(rng.choice((0, 1, 4, 9, 13, 26, 300)))
            chunks.insert(at, (rng.choice(_CHUNKS), new))
        case 4:
            chunks[at] = (kind, body[: rng.randrange(len(body) + 1)])
        case 5 if kind == b"IDAT":
            chunks[at] = (kind, _other_pixels(body, rng))
        case _:
            chunks[at] = (kind, _with_odd_bytes(body, rng))


def _other_pixels(body: bytes, rng: Random) -> bytes:
    """Well compressed, but too much, too little or filtered otherwise."""
    try:
        pixels = bytearray(zlib.decompress(body))
    except zlib.error:
        return body
    if not pixels:
        return body
    match rng.randrange(3):
        case 0:
            return zlib.compress(pixels[: rng.randrange(len(pixels))], 1)
        case 1:
            return zlib.compress(bytes(pixels) * 3, 1)
        case _:
            pixels[rng.randrange(len(pixels))] = rng.randrange(256)
            return zlib.compress(pixels, 1)


def _with_odd_bytes(body: bytes, rng: Random) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.choice((1, 2, 4))):
        if changed:
            at = rng.randrange(min(len(changed), 40))
            changed[at] = rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 0x7F, 0xFF))
    return bytes(changed)


_TAGS = (
    *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 292),
    *(296, 297, 305, 317, 320, 322, 323, 324, 325, 330, 332, 338, 339, 347, 529, 530),
    *(700, 33723, 34377, 34665, 34675, 37724, 50740),
)


def change_tiff(data: bytes, rng: Random) -> bytes:
    """Change directory entries: tag, type, count, value (TIFF 6.0 §2)."""
    changed = bytearray(data)
    order = "little" if data[:2] == b"II" else "big"
    places = _entries(data, order)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if places:
            _change_entry(changed, rng.choice(places), order, rng)
    if rng.random() < 0.1:
        changed[4:8] = (abs(odd_number(rng, 8)) % 2**32).to_bytes(4, order)
    return bytes(changed)


def _entries(data: bytes, order: str) -> list[int]:
    """Where each entry of up to eight directories stands; -n: a link to the next."""
    places: list[int] = []
    at = int.from_bytes(data[4:8], order)
    for _ in range(8):
        if not 8 <= at < len(data) - 6:
            break
        count = int.from_bytes(data[at : at + 2], order)
        end = at + 2 + 12 * count
        if end + 4 > len(data):
            break
        places += range(at + 2, end, 12)
        places.append(-end)
        at = int.from_bytes(data[end : end + 4], order)
    return places


def _change_entry(changed: bytearray, place: int, order: str, rng: Random) -> None:
    if place < 0:
        link = rng.choice((8, -place, 0, rng.randrange(len(changed))))
        changed[-place : -place + 4] = link.to_bytes(4, order)
        return
    offset, size, value = rng.choice(
        (
            (0, 2, rng.choice(_TAGS)),
            (2, 2, rng.choice((0, 1, 2, 3, 4, 5, 7, 11, 12, 13, 16, 99))),
            (4, 4, odd_number(rng)),
            (8, 4, odd_number(rng)),
            (8, 2, rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 32773, 34712))),
        )
    )
    at = place + offset
    changed[at : at + size] = (abs(value) % 256**size).to_bytes(size, order)


def change_jp2(data: bytes, rng: Random) -> bytes:
    """Change boxes and the main header of the codestream (ISO/IEC 15444-1)."""
    boxes = _boxes(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not boxes:
            break
        at = rng.randrange(len(boxes))
        kind, body = boxes[at]
        match rng.randrange(6):
            case 0:
                boxes.pop(at)
            case 1:
                boxes.insert(at, rng.choice(boxes))
            case 2:
                boxes[at] = (rng.choice((b"jp2c", b"jp2h", b"colr", b"pclr")), body)
            case 3:
                boxes[at] = (kind, body[: rng.randrange(len(body) + 1)])
            case _:
                boxes[at] = (kind, _with_odd_bytes(body, rng))
    return b"".join(
        (len(body) + 8).to_bytes(4, "big") + kind + body for kind, body in boxes
    )


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    boxes = []
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        if length < 8:
            break
        boxes.append((data[at + 4 : at + 8], data[at + 8 : at + length]))
        at += length
    return boxes
