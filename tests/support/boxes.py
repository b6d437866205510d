"""ISO base media boxes, of JPEG 2000 (15444-1 §I.4) and HEIF (14496-12 §4.2) alike."""

from collections.abc import Iterator


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4) + kind + body


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4]) or len(data) - at
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def with_header_boxes(jp2: bytes, **changed: bytes) -> bytes:
    """A JPEG 2000 file whose header has these boxes, replaced or added in order."""
    made = b""
    for kind, body in boxes(jp2):
        if kind == b"jp2h":
            old = dict(boxes(body))
            new = {name.replace("_", " ").encode(): b for name, b in changed.items()}
            changed_body = b"".join(box(k, b) for k, b in (old | new).items())
            made += box(kind, changed_body)
        else:
            made += box(kind, body)
    return made


def turned_heic(heic: bytes, quarters_left: int) -> bytes:
    """A HEIC with an `irot` property on its first item (ISO/IEC 23008-12 §6.5.10).

    The property goes last into `ipco`, its number into the first entry of `ipma`, and
    whatever `iloc` points at moves by what was added.
    """
    top = list(boxes(heic))
    irot = box(b"irot", bytes([quarters_left]))
    grown = len(irot) + 1
    made = b""
    for kind, body in top:
        if kind == b"meta":
            parts = [(k, _changed(k, b, irot, grown)) for k, b in boxes(body[4:])]
            made += box(kind, body[:4] + b"".join(box(k, b) for k, b in parts))
        else:
            made += box(kind, body)
    if len(made) != len(heic) + grown:
        raise ValueError("not the file this was written for")
    return made


def _changed(kind: bytes, body: bytes, irot: bytes, grown: int) -> bytes:
    if kind == b"iprp":
        (_, ipco), (_, ipma) = boxes(body)
        number = len(list(boxes(ipco))) + 1
        # version and flags (4), entries (4), item (2), count (1), then one byte each
        ipma = (
            ipma[:10] + bytes([ipma[10] + 1]) + _appended(ipma[11:], ipma[10], number)
        )
        return box(b"ipco", ipco + irot) + box(b"ipma", ipma)
    if kind == b"iloc":
        return _moved(body, grown)
    return body


def _appended(rest: bytes, count: int, number: int) -> bytes:
    essential = 0x80
    return rest[:count] + bytes([essential | number]) + rest[count:]


def _moved(iloc: bytes, by: int) -> bytes:
    """Version 0 with base offsets, all of 4 bytes (14496-12 §8.11.3)."""
    if iloc[0] or iloc[4:6] != b"\x44\x40":
        raise ValueError("not the iloc this was written for")
    moved, at = bytearray(iloc), 8
    for _ in range(int.from_bytes(iloc[6:8])):
        base = int.from_bytes(iloc[at + 4 : at + 8]) + by
        moved[at + 4 : at + 8] = base.to_bytes(4)
        extents = int.from_bytes(iloc[at + 8 : at + 10])
        at += 10 + 8 * extents
    return bytes(moved)
