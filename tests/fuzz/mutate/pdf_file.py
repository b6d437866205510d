"""A PDF taken apart into its objects and put together again, well or badly."""

import re
from dataclasses import dataclass
from typing import Self

from tests.fuzz.chance import Random, odd_number
from tests.fuzz.mutate.pdf_tokens import change_object

_OBJECT = re.compile(rb"(?<![\d])(\d{1,7}) (\d{1,5}) obj\b")
_STREAM = re.compile(rb"stream\r?\n")
_TRAILER = re.compile(rb"trailer\s*(<<.*?>>)\s*startxref", re.DOTALL)
_ROOT = re.compile(rb"/Root (\d+ \d+ R)")
_START = re.compile(rb"startxref\s+(\d+)")


@dataclass
class Part:
    """One object: its dictionary (or value) and, for a stream, its data."""

    number: int
    head: bytes
    data: bytes | None = None

    def write(self) -> bytes:
        body = self.head
        if self.data is not None:
            body += b"\nstream\n" + self.data + b"\nendstream"
        return b"%d 0 obj\n%b\nendobj\n" % (self.number, body)


@dataclass
class Parts:
    """All objects of a file, without its cross-references."""

    objects: list[Part]
    trailer: bytes

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Split at `obj` … `endobj`; later revisions replace earlier objects."""
        found: dict[int, Part] = {}
        at = 0
        while (match := _OBJECT.search(data, at)) is not None:
            part, at = _part(data, int(match[1]), match.end())
            found[part.number] = part
        trailers = _TRAILER.findall(data)
        roots = _ROOT.findall(data)
        fallback = b"<</Root %b>>" % (roots[-1] if roots else b"1 0 R")
        return cls(list(found.values()), trailers[-1] if trailers else fallback)

    def write(self) -> bytes:
        """The file with a cross-reference table that is right."""
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets: dict[int, int] = {}
        for part in self.objects:
            offsets[part.number] = len(out)
            out += part.write()
        out += _table(offsets, len(out), self._trailer_entries(offsets))
        return bytes(out)

    def _trailer_entries(self, offsets: dict[int, int]) -> bytes:
        kept = re.sub(rb"/(Prev|XRefStm|Size) \d+", b"", self.trailer)
        return kept.replace(b"<<", b"<</Size %d " % (max(offsets, default=0) + 1), 1)


def _part(data: bytes, number: int, start: int) -> tuple[Part, int]:
    end = data.find(b"endobj", start)
    end = len(data) if end < 0 else end
    stream = _STREAM.search(data, start, end)
    if stream is None:
        return Part(number, data[start:end].strip()), end
    stop = data.find(b"endstream", stream.end())
    stop = len(data) if stop < 0 else stop
    end = data.find(b"endobj", stop)
    head, body = data[start : stream.start()].strip(), data[stream.end() : stop]
    return Part(number, head, body.rstrip(b"\r\n")), len(data) if end < 0 else end


def _table(offsets: dict[int, int], start: int, trailer: bytes) -> bytes:
    rows = b"xref\n0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, offset)
        for number, offset in sorted(offsets.items())
    )
    return rows + b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)


def change_objects(data: bytes, rng: Random) -> bytes:
    """Change dictionaries; the rest of the file stays sound."""
    parts = Parts.of(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if parts.objects:
            part = rng.choice(parts.objects)
            part.head = change_object(part.head, rng, len(parts.objects))
    if rng.random() < 0.15:
        parts.trailer = change_object(parts.trailer, rng, len(parts.objects))
    return parts.write()


def change_tree(data: bytes, rng: Random) -> bytes:
    """Leave out, double, exchange and renumber whole objects."""
    parts = Parts.of(data)
    objects = parts.objects
    for _ in range(rng.choice((1, 1, 2))):
        if len(objects) < 2:
            break
        first, second = rng.sample(range(len(objects)), 2)
        one, two = objects[first], objects[second]
        match rng.randrange(5):
            case 0:
                objects.pop(first)
            case 1:
                one.head, two.head = two.head, one.head
            case 2:
                one.number, two.number = two.number, one.number
            case 3:
                objects.append(Part(one.number, two.head, two.data))
            case _:
                one.head, one.data = b"%d 0 R" % two.number, None
    return parts.write()


def change_streams(data: bytes, rng: Random) -> bytes:
    """Damage stream data, or lie about its length."""
    parts = Parts.of(data)
    streams = [part for part in parts.objects if part.data is not None]
    if not streams:
        return change_objects(data, rng)
    part = rng.choice(streams)
    part.data = _other_data(part.data or b"", streams, rng)
    if rng.random() < 0.5:
        part.head = re.sub(
            rb"/Length \d+(?: \d+ R)?", b"/Length %d" % len(part.data), part.head
        )
    elif rng.random() < 0.5:
        wrong = odd_number(rng, len(part.data))
        part.head = re.sub(rb"/Length \d+", b"/Length %d" % wrong, part.head)
    return parts.write()


def _other_data(data: bytes, streams: list[Part], rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data + rng.randbytes(200)
        case 2:
            return rng.choice(streams).data or b""
        case 3:
            return data[:at] + rng.randbytes(1) + data[at + 1 :]
        case 4:
            return data[:at] + b"endstream\nendobj\n" + data[at:]
        case _:
            return data


_OPERATORS = (
    *(b"q", b"Q", b"cm", b"Do", b"BT", b"ET", b"Tj", b"TJ", b"Tf", b"Tr", b"re", b"f"),
    *(b"W n", b"gs", b"sh", b"BI", b"ID", b"EI", b"BDC", b"EMC", b"BX", b"cs", b"scn"),
    *(b"d0", b"d1", b"MP", b"/Im", b"/Scan", b"/Nothing", b"[", b"]", b"<<", b">>"),
    *(b"(", b")", b"BI /W 9 /H 9 /BPC 8 /CS /G ID " + b"x" * 81 + b" EI", b"q " * 3000),
    *(b"1e9", b"-1", b"0", b"0.0001", b"96 0 0 134.4 0 0 cm", b"3 Tr", b"% comment\n"),
)


def change_content(data: bytes, rng: Random) -> bytes:
    """Change the operators of a content stream that is not compressed."""
    parts = Parts.of(data)
    drawing = [p for p in parts.objects if p.data is not None and b" Do" in p.data]
    if not drawing:
        return change_streams(data, rng)
    part = rng.choice(drawing)
    words = (part.data or b"").split(b" ")
    for _ in range(rng.choice((1, 2, 3, 6))):
        at = rng.randrange(len(words) + 1)
        match rng.randrange(3):
            case 0:
                words.insert(at, rng.choice(_OPERATORS))
            case 1:
                words[at : at + 1] = [rng.choice(_OPERATORS)]
            case _:
                words[at : at + rng.randint(1, 4)] = []
    part.data = b" ".join(words)
    part.head = re.sub(rb"/Length \d+", b"/Length %d" % len(part.data), part.head)
    return parts.write()


def change_references(data: bytes, rng: Random) -> bytes:
    """Damage tables, offsets, trailers and start addresses as they stand."""
    places = [m.span() for m in re.finditer(rb"\d{10} \d{5} [nf]", data)]
    places += [m.span(1) for m in _START.finditer(data)]
    places += [m.span() for m in re.finditer(rb"/(Prev|Size|W|Index|XRefStm)\b", data)]
    places += [m.span(1) for m in _TRAILER.finditer(data)]
    for _ in range(rng.choice((1, 1, 2, 5))):
        if not places:
            return data
        start, end = rng.choice(places)
        data = data[:start] + _other_reference(data[start:end], rng) + data[end:]
        places = [p for p in places if p[1] <= start]
    return data


def _other_reference(old: bytes, rng: Random) -> bytes:
    if old.startswith(b"<<"):
        return change_object(old, rng, 20)
    if old.startswith(b"/"):
        return rng.choice((old + b" 15 /Prev", old[:-1], b"/XRefStm 9 " + old, old * 2))
    if len(old) == len(b"0000000000 00000 n"):
        choices = (
            b"%010d 00000 n" % rng.randrange(200_000),
            b"%010d 65535 f" % rng.randrange(9),
            old[:-1] + rng.choice((b"f", b"x", b"\x00")),
            old + b"\n" + old,
            b"9999999999 99999 n",
        )
        return rng.choice(choices)
    return b"%d" % abs(odd_number(rng, int(old)))


def append_revision(data: bytes, rng: Random) -> bytes:
    """Add a revision with changed objects, cross-references right or nearly so."""
    parts = Parts.of(data)
    if not parts.objects:
        return data
    chosen = rng.sample(parts.objects, min(len(parts.objects), rng.randint(1, 3)))
    for part in chosen:
        if rng.random() < 0.85:
            part.head = change_object(part.head, rng, len(parts.objects))
    trailer = parts.trailer
    if rng.random() < 0.15:
        wrong = b"<</Prev %d " % rng.choice((len(data), 0, odd_number(rng)))
        trailer = trailer.replace(b"<<", wrong, 1)
    if rng.random() < 0.1:
        trailer = change_object(trailer, rng, len(parts.objects))
    return data + revision(data, chosen, trailer)


def revision(data: bytes, objects: list[Part], trailer: bytes) -> bytes:
    """What to append to `data` to replace these objects, well formed."""
    out = bytearray()
    offsets: dict[int, int] = {}
    for part in objects:
        offsets[part.number] = len(data) + len(out)
        out += part.write()
    starts = _START.findall(data)
    entries = re.sub(rb"/(Prev|XRefStm) \d+", b"", trailer)
    before = b"<</Prev %d " % (int(starts[-1]) if starts else 0)
    table = _table(offsets, len(data) + len(out), entries.replace(b"<<", before, 1))
    return bytes(out) + table
