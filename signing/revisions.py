"""Incremental updates of one open file: read once, hashed once.

Three revisions follow each other within milliseconds. pyHanko's writer would read
the file anew for each and hash all of it for each, which is most of their cost.
"""

import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from typing import BinaryIO

from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_byterange import PdfSignedData
from typing_extensions import override

_CHUNK = 1 << 18
_TAIL = 64  # bytes; holds "startxref", an offset and "%%EOF"
_STARTXREF = re.compile(rb"startxref\n(\d+)\n%%EOF\n\Z")


class RevisionWriter(IncrementalPdfFileWriter):
    """Adds signed revisions to a file; changes nothing but what it is told to.

    After `write_signed` it stands for the file with that revision and takes the next
    one: objects are not read again, their numbers go on growing.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the cross-references of a file open for reading and writing."""
        super().__init__(file)
        self._file = file
        self._digests: dict[str, RunningDigest] = {}

    def write_signed(self, signed: PdfSignedData, digest_name: str) -> "Unfilled":
        """Write the revision with an empty /Contents and hash its byte range."""
        self.write_in_place()  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        end = self._file.tell()
        start, stop = signed.contents.offsets
        signed.byte_range.fill_offsets(  # type: ignore[no-untyped-call]  # the same
            self._file, start, stop, end
        )
        self._continue()
        digest = self.digest(digest_name).without(start, stop, end)
        return Unfilled(self._file, digest, start, stop)

    def digest(self, name: str) -> "RunningDigest":
        """Return the digest of what is written, kept from revision to revision."""
        if name not in self._digests:
            self._digests[name] = RunningDigest(self._file, name)
        return self._digests[name]

    def _continue(self) -> None:
        """Make the revision just written the one that the next update follows."""
        for (generation, number), written in self.objects.items():
            self.prev.cache_indirect_object(  # type: ignore[no-untyped-call]  # the same
                generation, number, written
            )
        self.objects.clear()
        self._file.seek(-_TAIL, os.SEEK_END)
        found = _STARTXREF.search(self._file.read())
        if found is None:
            raise RuntimeError("the revision does not end in %%EOF")
        self.prev.last_startxref = int(found[1])
        # ISO 32000-1 §14.4: the second identifier changes with every revision.
        self._document_id[1] = ByteStringObject(os.urandom(16))

    @override
    def _update_meta(self) -> None:
        """Leave the metadata alone: pyHanko would add /Info and a local time."""


class RunningDigest:
    """Digest of a growing file: bytes that no longer change are hashed once."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Have read nothing yet."""
        self._file = file
        self._state = hashlib.new(name)
        self._position = 0

    def upto(self, end: int) -> bytes:
        """Digest of [0, end): from here on these bytes are taken as final."""
        if end < self._position:
            raise RuntimeError("bytes already hashed would change")
        self._feed(self._state, self._position, end)
        self._position = end
        return self._state.digest()

    def without(self, start: int, stop: int, end: int) -> bytes:
        """Digest of [0, start) and [stop, end); the bytes before start are final."""
        self.upto(start)
        state = self._state.copy()
        self._feed(state, stop, end)
        return state.digest()

    def _feed(self, state: "hashlib._Hash", start: int, end: int) -> None:
        self._file.seek(start)
        buffer = memoryview(bytearray(min(_CHUNK, end - start)))
        while start < end:
            size = self._file.readinto(buffer[: end - start])  # type: ignore[attr-defined]  # BinaryIO lacks it, every binary file has it
            if not size:
                raise RuntimeError("the file is shorter than what was written")
            state.update(buffer[:size])
            start += size


@dataclass(frozen=True)
class Unfilled:
    """A written revision whose /Contents, at [start, stop), is still empty."""

    file: BinaryIO
    digest: bytes
    start: int
    stop: int

    def fill(self, der: bytes) -> None:
        """Write the CMS in lower-case hex; the zero padding stands already.

        The strict container asks for one spelling (see `signing.container`).
        """
        text = binascii.hexlify(der)
        if len(text) > self.stop - self.start - 2:
            raise ValueError("the CMS is larger than its reserve")
        self.file.seek(self.start + 1)
        self.file.write(text)
        self.file.flush()

    def read_back(self) -> bytes:
        """Return /Contents as it stands in the file now, padding included."""
        self.file.seek(self.start + 1)
        return binascii.unhexlify(self.file.read(self.stop - self.start - 2))
