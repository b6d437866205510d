"""The archive in an S3 bucket with object lock: MinIO, SeaweedFS, AWS and others.

A key is written once: conditionally (If-None-Match), and where two writers still both
succeed the version that was written first is the object, for both. Newer versions and
delete markers, which no S3 forbids on a locked key, are never read: every read names
its version, a listing gives the first version of a key and says how many it passed
over. Objects are locked until their date (GOVERNANCE, by credentials without the right
to bypass it) and encrypted at rest by the store (SSE-S3); both are read back.
"""

import hashlib
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from certify.attestation import StoredObject
from certify.auditing.ports import ForeignVersion
from certify.errors import (
    NotFound,
    ServiceUnavailable,
    StoredDataDamaged,
    WrongState,
)
from storage.archive.s3_bucket import Head, S3Bucket
from storage.archive.s3_errors import SERVICE
from storage.archive.s3_location import S3Location
from storage.archive.s3_set_up import check_bucket, make_bucket
from storage.archive.s3_versions import Standing, Version, judged

_AT_ONCE = 8  # questions about single objects while listing
_BATCH = 64
_log = logging.getLogger("storage.archive.s3")


class S3Archive:
    """Fills the `AuditedArchive` port."""

    def __init__(self, location: S3Location) -> None:
        """Use a bucket; its set-up is checked as soon as the store answers.

        A store that is away now is no reason not to start: what needs it waits.

        Raises:
            InvalidInput: the bucket is missing, or has no object lock or versions, or
                the credentials do not fit.
        """
        self._bucket = S3Bucket(location)
        self._lock = threading.Lock()
        self._is_checked = False
        with suppress(ServiceUnavailable):
            if location.make_bucket:
                make_bucket(self._bucket, only_if_missing=True)
            self._check_once()

    def put_once(
        self, key: str, path: Path, sha256: str, retain_until: datetime
    ) -> StoredObject:
        """Store durably and return the version.

        Raises:
            WrongState: the key holds another digest.
            StoredDataDamaged: the file does not hash to `sha256`, or the store did
                not keep, lock or encrypt what it took.
            ServiceUnavailable: it cannot be stored now.
            InvalidInput: see the class.
        """
        return self._put(key, path, sha256, retain_until)

    def put_back(self, stored: StoredObject, path: Path, until: datetime) -> None:
        """Store what a backup kept; it bears the name of the version it was.

        Raises:
            WrongState: the key holds another object.
            StoredDataDamaged, ServiceUnavailable, InvalidInput: as for `put_once`.
        """
        put = self._put(
            stored.key, path, stored.sha256, until, restored=stored.version_id
        )
        if put != stored:
            raise WrongState(reason="kho đã có tệp khác với mã này")

    def fetch(self, stored: StoredObject, target: Path) -> None:
        """Write that version's bytes to `target`.

        Raises:
            NotFound: no such object or version.
            StoredDataDamaged: the bytes do not hash to `stored.sha256`; no target
                is left.
            ServiceUnavailable: it cannot be read now.
        """
        chunks = self._chunks(stored)
        try:
            with target.open("wb") as plain:
                for chunk in chunks:
                    plain.write(chunk)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise ServiceUnavailable(service=SERVICE) from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def list(self, prefix: str, after: str = "") -> Iterator[StoredObject]:
        """Return the first version of every greater key under a prefix, in order.

        One that this service did not write has no digest: fetching it says that it is
        damaged.

        Raises:
            ServiceUnavailable: the store is away.
        """
        firsts = (v for v in self._firsts(prefix) if v.key > after)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            while batch := tuple(islice(firsts, _BATCH)):
                ask = threads.map if len(batch) > 1 else map
                yield from filter(None, ask(self._describe, batch))

    def retained_until(self, stored: StoredObject) -> datetime | None:
        """Until when that version is locked; None without a lock.

        Raises:
            NotFound: no such version.
            ServiceUnavailable: the store is away.
        """
        return self._bucket.head(stored.key, self._version(stored)).retain_until

    def foreign(self, prefix: str = "") -> Iterator[ForeignVersion]:
        """Return what somebody else put over our objects: never read.

        Raises:
            ServiceUnavailable: the store is away.
        """
        for version, standing in judged(self._bucket.versions(prefix)):
            if standing is not Standing.FIRST:
                yield ForeignVersion(version.key, version.id, standing.value)

    def link(self, stored: StoredObject, lifetime: timedelta, disposition: str) -> str:
        """Return an address that gives out that very version for a while.

        The store does not check the digest; whoever opens it should verify the copy.

        Args:
            stored: which.
            lifetime: 1 second to 7 days; keep it short, the address is the key.
            disposition: Content-Disposition the store answers with (RFC 6266).
        """
        version = self._version(stored)
        return self._bucket.link(stored.key, version, lifetime, disposition)

    def _put(
        self, key: str, path: Path, sha256: str, until: datetime, *, restored: str = ""
    ) -> StoredObject:
        self._check_once()
        with path.open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
                raise StoredDataDamaged(what="tệp khác mã băm đã nêu")
            size = source.seek(0, 2)
            source.seek(0)
            first = self._first(key)
            # A store checks a single part as it takes it, and nothing afterwards.
            is_checked = first is None and size <= self._bucket.location.part_bytes
            if first is None:
                self._bucket.create(key, source, size, sha256, until, restored=restored)
                first = self._first(key)  # ours, or that of whoever was first
        if first is None:
            raise ServiceUnavailable(service=SERVICE)
        head = self._bucket.head(first.key, first.id)
        if head.sha256 != sha256:
            raise WrongState(reason="kho đã có tệp khác với mã này")
        _check_kept(head)
        stored = _stored(first, head)
        if not is_checked:
            for _ in self._chunks(stored):
                pass
        return stored

    def _check_once(self) -> None:
        with self._lock:
            if not self._is_checked:
                check_bucket(self._bucket)
                self._is_checked = True

    def _first(self, key: str) -> Version | None:
        return next((v for v in self._firsts(key) if v.key == key), None)

    def _firsts(self, prefix: str) -> Iterator[Version]:
        passed_over = 0
        for version, standing in judged(self._bucket.versions(prefix)):
            if standing is Standing.FIRST:
                yield version
            else:
                passed_over += 1
        if passed_over:
            _log.warning("S3 archive: passed over %d versions not ours", passed_over)

    def _describe(self, version: Version) -> StoredObject | None:
        try:
            return _stored(version, self._bucket.head(version.key, version.id))
        except NotFound:  # its lock ended and it was removed, this very moment
            return None

    def _chunks(self, stored: StoredObject) -> Iterator[bytes]:
        """Every byte of a version, the digest checked at the end.

        Raises:
            NotFound, StoredDataDamaged, ServiceUnavailable: as for `fetch`.
        """
        if not stored.version_id:  # the SDK would read the newest
            raise NotFound(what="phiên bản tệp lưu trữ")
        digest = hashlib.sha256()
        for chunk in self._read(stored):
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != stored.sha256:
            raise StoredDataDamaged(what="tệp lưu trữ khác mã băm trong sổ")

    def _read(self, stored: StoredObject) -> Iterator[bytes]:
        try:
            yield from self._bucket.read(
                stored.key, stored.version_id, stored.size_bytes
            )
        except NotFound:
            version = self._version(stored)
            yield from self._bucket.read(stored.key, version, stored.size_bytes)

    def _version(self, stored: StoredObject) -> str:
        """Name a version as the store does: one put back has another name there."""
        try:
            self._bucket.head(stored.key, stored.version_id)
        except NotFound:
            first = self._first(stored.key)
            if first is None:
                raise
            if self._bucket.head(stored.key, first.id).restored != stored.version_id:
                raise
            return first.id
        return stored.version_id


def _stored(version: Version, head: Head) -> StoredObject:
    return StoredObject(
        key=version.key,
        version_id=head.restored or version.id,
        sha256=head.sha256,
        size_bytes=head.size_bytes,
    )


def _check_kept(head: Head) -> None:
    """Refuse a store that took the bytes and not their protection."""
    if head.retain_until is None:
        raise StoredDataDamaged(what="kho không khóa tệp vừa lưu")
    if not head.is_encrypted:
        raise StoredDataDamaged(what="kho không mã hóa tệp vừa lưu")
