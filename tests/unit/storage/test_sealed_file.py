"""Every way to damage a sealed file is found."""

import io
import secrets
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.errors import StoredDataDamaged
from storage.key_ring import KeyRing, StorageKey
from storage.sealed_file import CHUNK_BYTES, SealedReader, seal

RING = KeyRing(bytes(range(32)))
KEY = RING.newest
PREFIX_BYTES = 49
SEALED_CHUNK = CHUNK_BYTES + 16
PLAIN = secrets.token_bytes(2 * CHUNK_BYTES + 100)


def sealed(plain: bytes = PLAIN, key: StorageKey = KEY) -> bytes:
    target = io.BytesIO()
    seal(
        io.BytesIO(plain),
        target,
        key=key,
        name="a/b",
        size=len(plain),
        facts={"version": "v1"},
    )
    return target.getvalue()


def opened(data: bytes, ring: KeyRing = RING) -> bytes:
    target = io.BytesIO()
    SealedReader(io.BytesIO(data), ring).copy_to(target)
    return target.getvalue()


def body_start(data: bytes) -> int:
    return PREFIX_BYTES + 4 + int.from_bytes(data[PREFIX_BYTES : PREFIX_BYTES + 4])


def flip(data: bytes, index: int) -> bytes:
    return data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]


def swap_chunks(data: bytes) -> bytes:
    start = body_start(data)
    first, second = start + SEALED_CHUNK, start + 2 * SEALED_CHUNK
    return data[:start] + data[first:second] + data[start:first] + data[second:]


def cut_last_chunk(data: bytes) -> bytes:
    return data[: body_start(data) + 2 * SEALED_CHUNK]


def body_of_another(data: bytes) -> bytes:
    other = sealed()
    return data[: body_start(data)] + other[body_start(other) :]


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]
)
def test_any_size_comes_back(size: int) -> None:
    assert opened(sealed(PLAIN[:size])) == PLAIN[:size]


def test_nothing_of_the_plain_file_shows() -> None:
    data = sealed(b"Nguyen Thi Hanh" * 100)
    assert b"Nguyen" not in data
    assert b"version" not in data
    assert sealed(b"same") != sealed(b"same")


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "magic": lambda data: flip(data, 0),
    "version": lambda data: flip(data, 8),
    "key id": lambda data: flip(data, 10),
    "salt": lambda data: flip(data, 20),
    "header length, huge": lambda data: flip(data, PREFIX_BYTES),
    "header length, one off": lambda data: flip(data, PREFIX_BYTES + 3),
    "header": lambda data: flip(data, PREFIX_BYTES + 10),
    "a bit of the body": lambda data: flip(data, len(data) // 2),
    "the last bit": lambda data: flip(data, len(data) - 1),
    "cut by a byte": lambda data: data[:-1],
    "longer by a byte": lambda data: data + b"x",
    "cut in the header": lambda data: data[: PREFIX_BYTES + 2],
    "empty": lambda _: b"",
    "no body": lambda data: data[: body_start(data)],
    "chunks swapped": swap_chunks,
    "last chunk cut": cut_last_chunk,
    "body of another file": body_of_another,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found(kind: str) -> None:
    with pytest.raises(StoredDataDamaged):
        opened(DAMAGE[kind](sealed()))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(StoredDataDamaged, match="khóa khác"):
        opened(sealed(), KeyRing(bytes(32)))


def test_a_replaced_key_still_opens_what_it_sealed() -> None:
    before = sealed()
    ring = KeyRing(bytes(32), older=[bytes(range(32))])
    assert opened(before, ring) == PLAIN
    with pytest.raises(StoredDataDamaged, match="khóa khác"):
        opened(sealed(key=ring.newest))


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        StorageKey(b"short")


def test_memory_stays_flat(tmp_path: Path) -> None:
    size = 32 << 20
    plain, target, back = tmp_path / "plain", tmp_path / "sealed", tmp_path / "back"
    with plain.open("wb") as file:
        file.truncate(size)  # zeros that take no room
    tracemalloc.start()
    try:
        with plain.open("rb") as source, target.open("wb") as sink:
            seal(source, sink, key=KEY, name="a", size=size, facts={})
        with target.open("rb") as source, back.open("wb") as sink:
            SealedReader(source, RING).copy_to(sink)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert back.stat().st_size == size
    assert peak < 8 << 20
