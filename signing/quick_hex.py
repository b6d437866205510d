"""Signature values are long hex strings; pyHanko reads them one character at a time.

A plain one (`<`, an even number of hex digits, `>`) is decoded at once, to the same
value. Everything else (white space, comments, an odd digit, a wrong character, no end)
goes pyHanko's own way.
"""

import re
from typing import BinaryIO

from pyhanko.pdf_utils import generic

_LONGEST = 1 << 17  # twice the reserve of our largest signature, in characters
_PLAIN = re.compile(rb"<((?:[0-9A-Fa-f]{2})*)>")
_read_slowly = generic.read_hex_string_from_stream


def _read(stream: BinaryIO) -> object:
    start = stream.tell()
    found = _PLAIN.match(stream.read(_LONGEST))
    if found is None:
        stream.seek(start)
        return _read_slowly(stream)
    stream.seek(start + found.end())
    return generic.pdf_string(bytes.fromhex(found[1].decode("ascii")))


def install() -> None:
    """Let pyHanko read this way in this process; no argument of its leads there."""
    vars(generic)["read_hex_string_from_stream"] = _read
