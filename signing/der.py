"""DER (X.690 §10, §11) as far as a signature and a timestamp token need it.

asn1crypto reads and makes the same bytes fifty times slower; the objects here are small
and of fixed form. Reading is strict: definite lengths in their shortest form, and
nothing after the element.
"""

from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OCTETS, BOOLEAN = 0x30, 0x31, 0x02, 0x04, 0x01
OBJECT_IDENTIFIER = 0x06
GENERALIZED_TIME = 0x18
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1

_LONG = 0x80  # set in the first length byte when more follow
_MULTI_BYTE_TAG = 0x1F
_MAX_LENGTH_BYTES = 4


class DerError(ValueError):
    """Not the DER that was expected."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element.

    Attributes:
        encoded: tag, length and content.
    """

    tag: int
    content: bytes
    encoded: bytes

    def expect(self, tag: int) -> "Element":
        """Return self if it has this tag; raises DerError."""
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#x} instead of {tag:#x}")
        return self

    def children(self) -> list["Element"]:
        """Return the elements of a constructed value; raises DerError."""
        found, rest = [], self.content
        while rest:
            element = first(rest)
            found.append(element)
            rest = rest[len(element.encoded) :]
        return found

    def integer(self) -> int:
        """Return the value of an INTEGER; raises DerError."""
        return int.from_bytes(self.expect(INTEGER).content, "big", signed=True)


def read(data: bytes) -> Element:
    """Return the one element that `data` is; raises DerError."""
    element = first(data)
    if len(element.encoded) != len(data):
        raise DerError("bytes after the element")
    return element


def tlv(tag: int, *parts: bytes) -> bytes:
    """Encode one element from its tag and the parts of its content."""
    body = b"".join(parts)
    size = len(body)
    if size < _LONG:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + body


def integer(value: int) -> bytes:
    """Encode a non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def first(data: bytes) -> Element:
    """Return the element at the start of `data`; raises DerError."""
    if len(data) < 2 or data[0] & _MULTI_BYTE_TAG == _MULTI_BYTE_TAG:  # noqa: PLR2004 - tag, length
        raise DerError("not an element")
    start, size = 2, data[1]
    if size >= _LONG:
        count = size - _LONG
        start += count
        size = int.from_bytes(data[2:start], "big")
        shortest = max(1, (size.bit_length() + 7) // 8)
        if count > _MAX_LENGTH_BYTES or count != shortest or size < _LONG:
            raise DerError("length is not in its shortest form")
    end = start + size
    if end > len(data):
        raise DerError("the element is cut off")
    return Element(data[0], data[start:end], data[:end])
