"""Three revisions from one reading of the file: as if each had read it anew."""

import hashlib
import re
from pathlib import Path

import pikepdf
import pytest

from signing.revisions import RunningDigest
from tests.support.sealing import Sealed

_XREF = re.compile(rb"startxref\n(\d+)\n%%EOF\n")


def revision_ends(data: bytes) -> list[int]:
    return [found.end() for found in _XREF.finditer(data)]


def table_of(data: bytes, end: int) -> set[int]:
    """Object numbers of the cross-reference table that closes a revision."""
    start = int(_XREF.search(data, end - 40).group(1))  # type: ignore[union-attr]
    lines = data[start:end].split(b"trailer")[0].split(b"\n")[1:]
    numbers: set[int] = set()
    for line in lines:
        parts = line.split()
        if len(parts) == 2:
            first, count = map(int, parts)
            numbers.update(range(first, first + count))
    return numbers


def test_the_digest_and_size_reported_are_those_of_the_file(
    sealed_copy: Sealed,
) -> None:
    copy, _ = sealed_copy
    data = copy.path.read_bytes()
    assert copy.sha256 == hashlib.sha256(data).hexdigest()
    assert copy.size_bytes == len(data)


def test_new_objects_never_take_a_number_below_the_previous_size(
    sealed_copy: Sealed,
) -> None:
    data = sealed_copy[0].path.read_bytes()
    ends = revision_ends(data)
    assert len(ends) == 4
    known = table_of(data, ends[0])
    for end in ends[1:]:
        size = max(known) + 1
        written = table_of(data, end) - {0}
        assert all(n in known or n >= size for n in written)
        assert any(n >= size for n in written)
        known |= written


def test_every_revision_has_its_own_identifier_and_follows_the_last(
    sealed_copy: Sealed, tmp_path: Path
) -> None:
    data = sealed_copy[0].path.read_bytes()
    identifiers, previous = [], 0
    for end in revision_ends(data):
        path = tmp_path / f"{end}.pdf"
        path.write_bytes(data[:end])
        with pikepdf.open(path) as pdf:
            identifiers.append(tuple(bytes(part) for part in pdf.trailer.ID))
            assert int(pdf.trailer.get("/Prev", 0)) == previous
            assert pdf.check_pdf_syntax() == []
        previous = int(_XREF.search(data, end - 40).group(1))  # type: ignore[union-attr]
    firsts, seconds = zip(*identifiers, strict=True)
    assert len(set(firsts)) == 1
    assert len(set(seconds)) == 4


def test_a_running_digest_agrees_with_one_from_scratch(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"")
    with path.open("r+b") as file:
        running = RunningDigest(file, "sha384")
        content = b""
        for round_number in range(1, 4):
            start = len(content) + 300_000
            part = bytes([round_number]) * 300_000 + b"<0000>" + b"tail" * 100_000
            file.seek(0, 2)
            file.write(part)
            content += part
            expected = hashlib.sha384(content[:start] + content[start + 6 :]).digest()
            assert running.without(start, start + 6, len(content)) == expected
            file.seek(start + 1)
            file.write(b"abcd")
            content = content[: start + 1] + b"abcd" + content[start + 5 :]
        assert running.upto(len(content)) == hashlib.sha384(content).digest()


def test_a_running_digest_does_not_go_back(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(100))
    with path.open("r+b") as file:
        running = RunningDigest(file, "sha256")
        running.upto(60)
        with pytest.raises(RuntimeError):
            running.without(50, 55, 100)
        with pytest.raises(RuntimeError):
            running.upto(101)
