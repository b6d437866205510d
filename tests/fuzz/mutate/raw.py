"""Changes of bytes, whatever they mean."""

from collections.abc import Sequence

from tests.fuzz.chance import Random, some_bytes


def flip(data: bytes, rng: Random) -> bytes:
    """Turn one to eight bits."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwrite(data: bytes, rng: Random) -> bytes:
    """Write something over a short run."""
    at = rng.randrange(len(data))
    new = some_bytes(rng)
    return data[:at] + new + data[at + len(new) :]


def insert(data: bytes, rng: Random) -> bytes:
    """Shift what follows."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + some_bytes(rng) + data[at:]


def delete(data: bytes, rng: Random) -> bytes:
    """Leave a run out."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 2, 16, 300, 4000)) :]


def truncate(data: bytes, rng: Random) -> bytes:
    """An upload that broke off."""
    return data[: rng.randrange(len(data))]


def repeat(data: bytes, rng: Random) -> bytes:
    """Write a run several times."""
    at = rng.randrange(len(data))
    run = data[at : at + rng.randint(1, 500)]
    return data[:at] + run * rng.choice((2, 3, 20)) + data[at + len(run) :]


def swap(data: bytes, rng: Random) -> bytes:
    """Exchange two runs of one length."""
    size = rng.randint(1, max(1, min(400, len(data) // 3)))
    first = rng.randrange(max(1, len(data) - 2 * size))
    second = rng.randrange(first + size, max(first + size + 1, len(data) - size))
    one, two = data[first : first + size], data[second : second + size]
    return (
        data[:first] + two + data[first + size : second] + one + data[second + size :]
    )


def extend(data: bytes, rng: Random) -> bytes:
    """Something before or after the file."""
    extra = some_bytes(rng, 2000)
    return extra + data if rng.random() < 0.4 else data + extra


CHANGES = (flip, overwrite, insert, delete, truncate, repeat, swap, extend)


def change(data: bytes, rng: Random) -> bytes:
    """One to three of these changes."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        if data:
            data = rng.choice(CHANGES)(data, rng)
    return data


def splice(data: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """The head of one file, the tail of another."""
    other = rng.choice(others)
    head = data[: rng.randrange(len(data) + 1)]
    return head + other[rng.randrange(len(other) + 1) :]
