"""Changes of a signed copy: signature values, ranges, evidence, record, revisions."""

import re

from tests.fuzz.chance import Random, odd_number, some_bytes
from tests.fuzz.mutate import der, pdf_file
from tests.fuzz.mutate.pdf_tokens import change_object

_CONTENTS = re.compile(rb"/Contents\s*<([0-9a-fA-F]+)>")
_RANGE = re.compile(rb"/ByteRange\s*\[([^\]]*)\]")
_END = re.compile(rb"%%EOF\r?\n?")
_RECORD = re.compile(rb"<ccr:([a-z_]+)>([^<]*)</ccr:")
_SIGNATURE_KEYS = (
    b"/SubFilter",
    b"/Filter /Adobe",
    b"/Reference",
    b"/Type /Sig",
    b"/M ",
)
_TIMESTAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
"""The attribute that holds a signature's timestamp (RFC 3161 appendix A)."""


def _values(data: bytes) -> list[tuple[int, int]]:
    """Where the hex digits of each signature value stand."""
    return [found.span(1) for found in _CONTENTS.finditer(data)]


def first_signature(data: bytes) -> bytes:
    """The file as it stood after its first signature."""
    return data[: [m.end() for m in _END.finditer(data)][1]]


def change_cms(data: bytes, rng: Random) -> bytes:
    """Change the CMS of one signature or of the last timestamp."""
    spans = _values(data)
    if not spans:
        return data
    start, end = rng.choice(spans)
    value = bytes.fromhex(data[start : end - (end - start) % 2].decode())
    return _with_value(data, start, end, der.change_der(value, rng))


def change_token(data: bytes, rng: Random) -> bytes:
    """Change only the timestamp token inside a signature's unsigned attributes."""
    spans = _values(data)
    if not spans:
        return data
    start, end = rng.choice(spans)
    root = der.read(bytes.fromhex(data[start : end - (end - start) % 2].decode()))
    tokens = _tokens(root) if root else []
    if root is None or not tokens:
        return change_cms(data, rng)
    token = rng.choice(tokens)
    token.whole = der.change_der(token.write(), rng)
    return _with_value(data, start, end, root.write())


def _tokens(root: der.Node) -> list[der.Node]:
    return [
        node.parts[1]
        for node in der.walk(root)
        if len(node.parts) == 2 and node.parts[0].write() == _TIMESTAMP_TOKEN
    ]


def _with_value(data: bytes, start: int, end: int, value: bytes) -> bytes:
    """Put a value where one stood; the file keeps its size when it fits."""
    digits = value.hex().encode()
    return data[:start] + digits.ljust(end - start, b"0") + data[end:]


def change_spelling(data: bytes, rng: Random) -> bytes:
    """Write the same signature value in another way, or its padding."""
    spans = _values(data)
    if not spans:
        return data
    start, end = rng.choice(spans)
    digits = data[start:end]
    at = rng.randrange(len(digits))
    match rng.randrange(6):
        case 0:
            new = digits.upper()
        case 1:
            new = digits[:at] + rng.choice((b" ", b"\n", b"\x00")) + digits[at + 1 :]
        case 2:
            new = digits[:-2] + b"%02x" % rng.randrange(1, 256)
        case 3:
            new = digits[:at] + rng.choice((b">", b"<", b"g", b"(")) + digits[at + 1 :]
        case 4:
            new = digits[:-1]
        case _:
            new = digits[:at] + digits[at:].upper()
    return data[:start] + new + data[end:]


def change_range(data: bytes, rng: Random) -> bytes:
    """Let a signature say it covers other bytes."""
    spans = [found.span(1) for found in _RANGE.finditer(data)]
    if not spans:
        return data
    start, end = rng.choice(spans)
    numbers = [int(n) for n in re.findall(rb"-?\d+", data[start:end])] or [0]
    match rng.randrange(6):
        case 0:
            numbers.pop()
        case 1:
            numbers += numbers[-2:]
        case 2:
            rng.shuffle(numbers)
        case 3:
            numbers = [0, len(data), len(data), 0]
        case _:
            at = rng.randrange(len(numbers))
            numbers[at] = odd_number(rng, numbers[at])
    new = b" ".join(b"%d" % number for number in numbers)
    old_size = end - start
    room = len(re.match(rb"\]? *", data[end:])[0]) - 1  # type: ignore[index]  # always matches
    kept = max(0, old_size + room - len(new))
    return data[:start] + new + b"]" + b" " * kept + data[end + 1 + room :]


def change_evidence(data: bytes, rng: Random) -> bytes:
    """Change certificates, OCSP answers and lists of the security store in place."""
    streams = [
        found.span(1)
        for found in re.finditer(
            rb"stream\r?\n(\x30\x82.*?)\r?\nendstream", data, re.DOTALL
        )
    ]
    if not streams:
        return change_signature_dictionary(data, rng)
    start, end = rng.choice(streams)
    new = der.change_der(data[start:end], rng)
    if rng.random() < 0.7:  # the same size, so that nothing behind it moves
        new = new[: end - start].ljust(end - start, b"\x00")
    return data[:start] + new + data[end:]


def change_signature_dictionary(data: bytes, rng: Random) -> bytes:
    """Change the dictionaries around signatures, fields and the store as they stand."""
    words = (*_SIGNATURE_KEYS, b"/FT /Sig", b"/DSS", b"/Perms", b"/Lock", b"/AcroForm")
    places = [m.start() for word in words for m in re.finditer(re.escape(word), data)]
    if not places:
        return data
    at = rng.choice(places)
    end = min(len(data), at + rng.choice((40, 120, 400)))
    new = change_object(data[at:end], rng, 50)
    if rng.random() < 0.7:
        new = new[: end - at].ljust(end - at)
    return data[:at] + new + data[end:]


def change_record(data: bytes, rng: Random) -> bytes:
    """Change the signed record in the metadata, at its place or in a new revision."""
    fields = list(_RECORD.finditer(data))
    if not fields:
        return pdf_file.append_revision(data, rng)
    start, end = rng.choice(fields).span(2)
    old = data[start:end]
    new = rng.choice(
        (
            old[::-1],
            b"",
            b"&amp;lt;script&gt;",
            b"\xed\xa0\x80\xff",
            b"9" * 3000,
            some_bytes(rng),
            old[:-1] + b"0",
            b"0123456789ABCDEF",
        )
    )
    if rng.random() < 0.6:
        return data[:start] + new[: end - start].ljust(end - start) + data[end:]
    parts = pdf_file.Parts.of(data)
    for part in parts.objects:
        if part.data is not None and old in part.data and b"/Metadata" in part.head:
            part.data = part.data.replace(old, new)
            part.head = re.sub(
                rb"/Length \d+", b"/Length %d" % len(part.data), part.head
            )
            return data + pdf_file.revision(data, [part], parts.trailer)
    return data


def append_copy_of_last(data: bytes, rng: Random) -> bytes:
    """Write the last revision again behind itself, or leave revisions out."""
    ends = [m.end() for m in _END.finditer(data)]
    if len(ends) < 2:
        return pdf_file.append_revision(data, rng)
    match rng.randrange(3):
        case 0:
            return data + data[ends[-2] :]
        case 1:
            return data[: rng.choice(ends[:-1])]
        case _:
            cut = rng.randrange(len(ends) - 1)
            return data[: ends[cut]] + data[ends[cut + 1] :]
