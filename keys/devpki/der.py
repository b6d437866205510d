"""The few bytes of DER (X.690) that are built anew for each timestamp.

asn1crypto makes the same bytes, ten times slower; the tests compare the two.
"""

SEQUENCE, SET, INTEGER, OCTET_STRING = 0x30, 0x31, 0x02, 0x04
BIT_STRING, UTF8_STRING, GENERALIZED_TIME = 0x03, 0x0C, 0x18
EXPLICIT_0 = 0xA0  # also [0] IMPLICIT of a constructed type


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return tag, definite length in its shortest form, and the joined parts."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:  # noqa: PLR2004 - X.690 §8.1.3.4, the short form
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(value: int) -> bytes:
    """Return a non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def named_bit(position: int) -> bytes:
    """Return a BIT STRING with one named bit set (X.690 §11.2.2)."""
    unused = 7 - position % 8
    return tlv(
        BIT_STRING, bytes((unused,)), bytes(position // 8), bytes((1 << unused,))
    )


def set_of(*members: bytes) -> bytes:
    """Return a SET OF in the order DER demands (X.690 §11.6)."""
    return tlv(SET, *sorted(members))
