"""The strict container: one spelling for the bytes that no digest covers (design §6).

Between the two halves of a byte range stands the signature value itself. Other
validators accept changed padding or hex case there, or bytes after the last %%EOF;
a certified copy has exactly one form:

- the file starts with a PDF header and ends with `%%EOF` and one line end;
- every revision after the first holds exactly one signature or timestamp, and its
  byte range is [0 a b c] with b + c the end of that revision;
- `/Contents` is `<` lower-case hex, one DER element, zero padding, `>`.

Codes are explained in Vietnamese by `certify.verify.CONTAINER_SENTENCES`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEADER = re.compile(rb"%PDF-1\.7\r?\n|%PDF-2\.0\r?\n")
_END = re.compile(rb"%%EOF\r?\n?")
_LOWER_HEX = re.compile(rb"<([0-9a-f]*)>")
_MIN_DER = 4


@dataclass(frozen=True)
class SignedRange:
    """The byte range of one signature, as written in the file."""

    values: tuple[int, ...]

    @property
    def revision_end(self) -> int:
        """Offset where the revision that it covers ends; 0 for a malformed range."""
        return self.values[2] + self.values[3] if len(self.values) == 4 else 0  # noqa: PLR2004


def container_problems(data: bytes, ranges: Sequence[SignedRange]) -> Iterator[str]:
    """Yield a code for each departure from the strict container.

    Args:
        data: the whole file.
        ranges: of its signatures and timestamps, in file order.
    """
    if not _HEADER.match(data):
        yield "header"
    if not ranges:
        yield "not_signed"
        return
    for signed in ranges:
        yield from _range_problems(data, signed)
    last = ranges[-1].revision_end
    if last < len(data):
        yield (
            "revision_after_signature"
            if b"startxref" in data[last:]
            else "trailing_bytes"
        )
    yield from _revision_problems(data, ranges)


def _range_problems(data: bytes, signed: SignedRange) -> Iterator[str]:
    match signed.values:
        case (0, first, second, rest) if (
            0 < first < second and rest > 0 and second + rest <= len(data)
        ):
            yield from _contents_problems(data[first:second])
        case _:
            yield "byte_range_gap"


def _contents_problems(contents: bytes) -> Iterator[str]:
    found = _LOWER_HEX.fullmatch(contents)
    if found is None or len(found[1]) % 2:
        yield "contents_encoding"
        return
    value = bytes.fromhex(found[1].decode())
    size = der_size(value)
    if size is None:
        yield "contents_encoding"
    elif any(value[size:]):
        yield "contents_padding"


def der_size(value: bytes) -> int | None:
    """Return the size of the first DER element: tag, minimal length, content."""
    if len(value) < _MIN_DER or value[0] != 0x30:  # noqa: PLR2004 - SEQUENCE
        return None
    first = value[1]
    if first < 0x80:  # noqa: PLR2004 - short form
        return 2 + first if 2 + first <= len(value) else None
    count = first & 0x7F
    length = int.from_bytes(value[2 : 2 + count], "big")
    minimal = 1 <= count <= _MIN_DER and value[2] != 0 and length >= 0x80  # noqa: PLR2004
    size = 2 + count + length
    return size if minimal and size <= len(value) else None


def _revision_problems(data: bytes, ranges: Sequence[SignedRange]) -> Iterator[str]:
    """One signature per revision, and no revision that none of them closes."""
    ends = [signed.revision_end for signed in ranges]
    if ends != sorted(set(ends)):
        yield "byte_range_gap"
        return
    for end in ends:
        tail = data[max(0, end - 7) : end]
        if not _END.search(tail) or _END.sub(b"", tail[tail.rfind(b"%%EOF") :]):
            yield "byte_range_gap"
    # Revision 1 carries no signature: it ends before the first signed revision does.
    closed = len(re.findall(rb"startxref\r?\n\d+\r?\n%%EOF", data))
    if closed != len(ranges) + 1:
        yield "structure"
