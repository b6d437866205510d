"""A file encrypted at rest: any change, cut, swap or reordering is found on reading.

Layout, all numbers big-endian:

    prefix   8 bytes "CCSEALED", 1 byte version (1), 8 bytes key id, 32 bytes salt
    header   4 bytes length of what follows, then the sealed canonical JSON
             {"key": name of the object, "size": plain bytes, ...}
    body     the plain file in chunks of 1 MiB, each sealed; the last one, which may
             be short or empty, is marked as the last

"Sealed" is AES-256-GCM (NIST SP 800-38D) with its 16-byte tag, under a key of this
file alone: HKDF-SHA256 (RFC 5869) of the service's storage key and the random salt.
The nonce is 1 byte for header (0) or body (1), 10 bytes chunk number, 1 byte "last"
flag: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). A chunk
moved, dropped or appended therefore fails its tag. The prefix is the additional data
of every seal. The key id is the start of a hash of the key: it names which key, and
tells nothing of it.
"""

import json
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from cryptography.exceptions import InvalidTag

from certify.canonical_json import canonical_json
from certify.errors import StoredDataDamaged
from storage.key_ring import KEY_ID_BYTES, KeyRing, StorageKey

CHUNK_BYTES = 1 << 20
_MAGIC = b"CCSEALED"
_VERSION = 1
_SALT_BYTES = 32
_TAG_BYTES = 16
_PREFIX = struct.Struct(f">{len(_MAGIC)}sB{KEY_ID_BYTES}s{_SALT_BYTES}s")
_LENGTH = struct.Struct(">I")
_MAX_HEADER_BYTES = 1 << 16
_HEADER, _BODY = 0, 1
_PURPOSE = b"certified-copy sealed file v1"


@dataclass(frozen=True)
class SealedHeader:
    """What the header says, authenticated.

    Attributes:
        key: name the object is stored under.
        size: plain bytes.
        facts: everything else the writer put there.
    """

    key: str
    size: int
    facts: Mapping[str, Any]


def seal(
    source: IO[bytes],
    target: IO[bytes],
    *,
    key: StorageKey,
    name: str,
    size: int,
    facts: Mapping[str, str],
) -> str:
    """Write the sealed form of `source`, with constant memory.

    Returns:
        SHA-256 of the plain bytes, hex.

    Raises:
        ValueError: the source does not have `size` bytes.
    """
    salt = os.urandom(_SALT_BYTES)
    cipher = key.cipher(salt, _PURPOSE)
    prefix = _PREFIX.pack(_MAGIC, _VERSION, key.id, salt)
    header = canonical_json({**facts, "key": name, "size": size}).encode()
    sealed_header = cipher.encrypt(_nonce(_HEADER, 0, last=True), header, prefix)
    target.write(prefix + _LENGTH.pack(len(sealed_header)) + sealed_header)
    digest = sha256()
    written = 0
    for index, (chunk, last) in enumerate(_chunks(source)):
        digest.update(chunk)
        written += len(chunk)
        target.write(cipher.encrypt(_nonce(_BODY, index, last=last), chunk, prefix))
    if written != size:
        raise ValueError(f"expected {size} bytes, read {written}")
    return digest.hexdigest()


class SealedReader:
    """Reads one sealed file: the header at once, the body on demand."""

    def __init__(self, source: IO[bytes], ring: KeyRing) -> None:
        """Authenticate the header.

        Raises:
            StoredDataDamaged: not such a file, of a key not on the ring, or altered.
        """
        self._source = source
        self._prefix = source.read(_PREFIX.size)
        if len(self._prefix) != _PREFIX.size:
            raise StoredDataDamaged(what="tệp lưu trữ bị cắt ngắn")
        magic, version, key_id, salt = _PREFIX.unpack(self._prefix)
        if (magic, version) != (_MAGIC, _VERSION):
            raise StoredDataDamaged(what="tệp lưu trữ sai định dạng")
        if (key := ring.named(key_id)) is None:
            raise StoredDataDamaged(what="tệp lưu trữ thuộc khóa khác")
        self._cipher = key.cipher(salt, _PURPOSE)
        self.header = self._read_header()

    def copy_to(self, target: IO[bytes]) -> str:
        """Write the plain bytes, with constant memory.

        Bytes reach `target` before the whole file is known to be good: on an error
        the caller must discard it.

        Returns:
            SHA-256 of the plain bytes, hex.

        Raises:
            StoredDataDamaged: altered, cut, reordered, or longer than it was.
        """
        digest = sha256()
        written = 0
        sealed_chunks = _chunks(self._source, CHUNK_BYTES + _TAG_BYTES)
        for index, (sealed, last) in enumerate(sealed_chunks):
            chunk = self._open(_nonce(_BODY, index, last=last), sealed)
            digest.update(chunk)
            written += len(chunk)
            target.write(chunk)
        if written != self.header.size:
            raise StoredDataDamaged(what="tệp lưu trữ sai độ dài")
        return digest.hexdigest()

    def _read_header(self) -> SealedHeader:
        length = self._source.read(_LENGTH.size)
        if len(length) != _LENGTH.size:
            raise StoredDataDamaged(what="tệp lưu trữ bị cắt ngắn")
        (count,) = _LENGTH.unpack(length)
        if count > _MAX_HEADER_BYTES:
            raise StoredDataDamaged(what="tệp lưu trữ sai định dạng")
        sealed = self._source.read(count)
        facts = json.loads(self._open(_nonce(_HEADER, 0, last=True), sealed))
        return SealedHeader(key=facts.pop("key"), size=facts.pop("size"), facts=facts)

    def _open(self, nonce: bytes, sealed: bytes) -> bytes:
        if len(sealed) < _TAG_BYTES:
            raise StoredDataDamaged(what="tệp lưu trữ bị cắt ngắn")
        try:
            return self._cipher.decrypt(nonce, sealed, self._prefix)
        except InvalidTag as error:
            raise StoredDataDamaged(what="tệp lưu trữ bị sửa") from error


def _chunks(source: IO[bytes], size: int = CHUNK_BYTES) -> Iterator[tuple[bytes, bool]]:
    """Yield (chunk, is last); at least one chunk, empty for an empty file."""
    chunk = source.read(size)
    while following := source.read(size):
        yield chunk, False
        chunk = following
    yield chunk, True


def _nonce(kind: int, index: int, *, last: bool) -> bytes:
    return bytes([kind]) + index.to_bytes(10) + bytes([last])
