"""What an attack is, and the hands that forgers use: raw bytes and PDF revisions.

An attack starts from our own finished copies. Nothing here asks the code under test
how a file is made: offsets are read with regular expressions, revisions are written
by hand (ISO 32000-2 §7.5.6).
"""

import io
import random  # noqa: TID251 - the same forgeries in every run
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pikepdf

_RANGE = re.compile(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")


@dataclass(frozen=True)
class Signed:
    """Where one signature stands in a file.

    Attributes:
        range_start, range_end: of the text "/ByteRange [...]".
        values: the four numbers.
    """

    range_start: int
    range_end: int
    values: tuple[int, int, int, int]

    @property
    def contents(self) -> slice:
        """Of "<hex>", both brackets included."""
        return slice(self.values[1], self.values[2])

    @property
    def revision_end(self) -> int:
        """Where the covered revision ends."""
        return self.values[2] + self.values[3]


@dataclass(frozen=True)
class Copy:
    """A genuine copy as a forger sees it."""

    data: bytes

    @cached_property
    def signed(self) -> tuple[Signed, ...]:
        """Person's, agency's, archive timestamp's."""
        return tuple(
            Signed(m.start(), m.end(), tuple(int(v) for v in m.groups()))  # type: ignore[arg-type]  # four groups
            for m in _RANGE.finditer(self.data)
        )

    @cached_property
    def pdf(self) -> pikepdf.Pdf:
        """The file's objects, to look at."""
        return pikepdf.open(io.BytesIO(self.data))

    def cms(self, which: int) -> bytes:
        """The CMS of a signature without padding."""
        value = bytes.fromhex(self.data[self.signed[which].contents][1:-1].decode())
        size = int.from_bytes(value[2 : 2 + (value[1] & 0x7F)], "big")
        return value[: 2 + (value[1] & 0x7F) + size]

    def with_cms(self, which: int, cms: bytes) -> bytes:
        """The file with another CMS in the same place."""
        place = self.signed[which].contents
        digits = place.stop - place.start - 2
        text = cms.hex().encode().ljust(digits, b"0")
        if len(text) != digits:
            raise ValueError("the CMS does not fit")
        return self.data[: place.start + 1] + text + self.data[place.stop - 1 :]


@dataclass(frozen=True)
class Attack:
    """One forged file.

    Attributes:
        family: what is attempted.
        name: which variant.
    """

    family: str
    name: str
    data: bytes


Variants = Iterator[tuple[str, bytes]]
Family = Callable[["World"], Variants]


@dataclass(frozen=True)
class World:
    """What a forger may have: genuine copies, and chance that repeats itself."""

    copy: Copy
    other: Copy
    seed: int = 20261123

    def random(self, family: str) -> random.Random:
        """Return the same numbers for the same family in every run."""
        return random.Random(f"{self.seed}:{family}")  # noqa: S311 - test data


def append_revision(
    data: bytes,
    objects: Mapping[int, bytes],
    *,
    root: bytes = b"1 0 R",
    free: Sequence[int] = (),
    with_table: bool = True,
) -> bytes:
    """Append an incremental update as any PDF library would.

    Args:
        data: a finished file.
        objects: bodies by object number, without "obj" and "endobj".
        root: reference to the catalog.
        free: numbers of objects to delete.
        with_table: False leaves the cross-reference table out.
    """
    found = _START.search(data)
    previous = found[1] if found else b"0"
    out = bytearray(data)
    if not out.endswith(b"\n"):
        out += b"\n"
    entries: dict[int, bytes] = {0: b"0000000000 65535 f \n"}
    for number, body in sorted(objects.items()):
        entries[number] = b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    if not with_table:
        return bytes(out)
    entries |= dict.fromkeys(free, b"0000000000 00001 f \n")
    start = len(out)
    out += b"xref\n"
    for number, entry in sorted(entries.items()):
        out += b"%d 1\n%s" % (number, entry)
    size = max([_size(data), *(n + 1 for n in entries)])
    out += b"trailer\n<< /Root %s /Size %d /Prev %s >>\n" % (root, size, previous)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Body of a stream object."""
    head = b"<< /Length %d %s >>" % (len(content), entries)
    return head + b"\nstream\n" + content + b"\nendstream"


def next_number(data: bytes) -> int:
    """Return the first object number that is not in use."""
    return _size(data)


def _size(data: bytes) -> int:
    sizes = [int(size) for size in re.findall(rb"/Size (\d+)", data)]
    return max(sizes, default=1)
