"""Seeded choices: the same words give the same input again, on every machine."""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - a fuzzer must be able to repeat itself

__all__ = ["Random", "chance", "odd_number", "some_bytes"]

_ODD_NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    8,
    16,
    127,
    255,
    256,
    300,
    32767,
    65535,
    65536,
    25_001,
    2**31 - 1,
    2**31,
    -(2**31),
    2**32 - 1,
    2**63,
    10**30,
)


def chance(*words: object) -> Random:
    """A generator that belongs to these words."""
    return Random("/".join(map(str, words)))  # noqa: S311 - not a secret


def odd_number(rng: Random, near: int = 0) -> int:
    """A number at which readers break: a limit, or just beside the one given."""
    if rng.random() < 0.4:
        return near + rng.choice((-1, 1, -2, 2, -16, 16, near, -near))
    return rng.choice(_ODD_NUMBERS)


def some_bytes(rng: Random, most: int = 64) -> bytes:
    """A run of bytes: random, one value, or what parsers look for."""
    length = rng.randint(1, most)
    match rng.randrange(3):
        case 0:
            return rng.randbytes(length)
        case 1:
            return bytes([rng.choice((0, 0xFF, 0x20, 0x0A, 0x28, 0x3C))]) * length
        case _:
            return rng.choice(WORDS)


WORDS: Sequence[bytes] = (
    b"%PDF-1.7\n",
    b"%%EOF\n",
    b"startxref\n0\n%%EOF\n",
    b"endobj\n",
    b"endstream\n",
    b"stream\n",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"1 0 R ",
    b"xref\n0 1\n0000000000 65535 f \n",
    b"trailer\n<</Root 1 0 R/Size 9>>\n",
    b"\xff\xd8\xff",
    b"\xff\xd9",
    b"\x89PNG\r\n\x1a\n",
    b"II*\x00",
    b"MM\x00*",
    b"\x30\x80",
    b"\x00\x00",
)
