"""Object streams and a cross-reference stream (ISO 32000-2 §7.5.7, §7.5.8), damaged."""

import zlib

from tests.fuzz.chance import Random, odd_number
from tests.fuzz.mutate.pdf_file import Part, Parts
from tests.fuzz.mutate.pdf_tokens import change_object

_FREE, _PLAIN, _PACKED = 0, 1, 2


def change_packed(data: bytes, rng: Random) -> bytes:
    """Pack what is no stream, and write headers, indices or fields wrongly."""
    parts = Parts.of(data)
    packed = [part for part in parts.objects if part.data is None]
    if rng.random() < 0.5 and packed:
        part = rng.choice(packed)
        part.head = change_object(part.head, rng, len(parts.objects))
    number = max((part.number for part in parts.objects), default=0) + 1
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    rows = {0: (_FREE, 0, 65535)}
    for part in parts.objects:
        if part.data is not None:
            rows[part.number] = (_PLAIN, len(out), 0)
            out += part.write()
    rows[number] = (_PLAIN, len(out), 0)
    rows |= {p.number: (_PACKED, number, at) for at, p in enumerate(packed)}
    out += _object_stream(number, packed, rng).write()
    rows[number + 1] = (_PLAIN, len(out), 0)
    start = len(out)
    out += _references(number + 1, rows, parts.trailer, rng).write()
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def _object_stream(number: int, packed: list[Part], rng: Random) -> Part:
    offset, index, body = 0, b"", b""
    for part in packed:
        shown = odd_number(rng, offset) if rng.random() < 0.05 else offset
        index += b"%d %d " % (part.number, shown)
        body += part.head + b" "
        offset = len(body)
    count, first = len(packed), len(index)
    if rng.random() < 0.15:
        count = odd_number(rng, count)
    if rng.random() < 0.15:
        first = odd_number(rng, first)
    extends = b" /Extends %d 0 R" % number if rng.random() < 0.1 else b""
    head = b"/Type /ObjStm /N %d /First %d%b" % (count, first, extends)
    return _compressed(number, head, index + body, rng)


def _references(
    number: int, rows: dict[int, tuple[int, int, int]], trailer: bytes, rng: Random
) -> Part:
    widths = rng.choice(
        ((1, 4, 2), (1, 4, 2), (1, 4, 2), (0, 4, 2), (1, 1, 9), (1, 0, 0))
    )
    size = number + 1
    body = b""
    for place in range(size):
        row = list(rows.get(place, (_FREE, 0, 65535)))
        if rng.random() < 0.03:
            row[rng.randrange(3)] = abs(odd_number(rng, row[1]))
        body += b"".join(
            (value % 256 ** max(width, 1)).to_bytes(width, "big") if width else b""
            for value, width in zip(row, widths, strict=True)
        )
    index = b""
    if rng.random() < 0.1:
        index = b" /Index [%d %d]" % (odd_number(rng), odd_number(rng, size))
    if rng.random() < 0.1:
        size = odd_number(rng, size)
    if rng.random() < 0.05:
        index += b" /Prev %d" % odd_number(rng)
    inner = trailer.strip().removeprefix(b"<<").removesuffix(b">>")
    inner = inner.replace(b"/Size", b"/OldSize")
    head = b"/Type /XRef /W [%d %d %d] /Size %d%b %b" % (*widths, size, index, inner)
    return _compressed(number, head, body, rng)


def _compressed(number: int, head: bytes, body: bytes, rng: Random) -> Part:
    """Most are compressed, some with a predictor that is not there."""
    if rng.random() < 0.7:
        body = zlib.compress(body)
        head += b" /Filter /FlateDecode"
        if rng.random() < 0.1:
            head += b" /DecodeParms <</Predictor 12 /Columns %d>>" % rng.choice(
                (1, 7, 10**9)
            )
    if rng.random() < 0.05:
        body = body[: rng.randrange(len(body) + 1)]
    return Part(number, b"<<%b /Length %d>>" % (head, len(body)), body)
