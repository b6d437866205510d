"""One bucket through the MinIO SDK: bounded calls, checked answers, house errors."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention
from minio.sse import SseS3
from urllib3.exceptions import TimeoutError  # noqa: A004 - its own name

from certify.errors import StoredDataDamaged
from storage.archive.s3_errors import house_errors, unavailable
from storage.archive.s3_http import BoundedPools, HttpLimits
from storage.archive.s3_location import S3Location
from storage.archive.s3_versions import Version

_CHUNK = 1 << 18
_DIGEST = "x-amz-meta-sha256"
_RESTORED = "x-amz-meta-restored-version"
_WAS_FIRST = frozenset(
    # 412; 409 while another writes; the end of a multipart that had ended already
    {
        "PreconditionFailed",
        "ConditionalRequestConflict",
        "OperationAborted",
        "NoSuchUpload",
    }
)


@dataclass(frozen=True)
class Head:
    """What the store says of one version.

    Attributes:
        sha256: what its writer said of the plain bytes, hex; "" if not one of ours.
        retain_until: its lock; None without one.
        is_encrypted: at rest, by the store.
        restored: the version it was before a restore put it back; else "".
    """

    sha256: str
    size_bytes: int
    retain_until: datetime | None
    is_encrypted: bool
    restored: str = ""


class S3Bucket:
    """Versions in one bucket. Safe to use from several threads."""

    def __init__(self, location: S3Location) -> None:
        """Open no connection yet."""
        limits = HttpLimits(
            location.connect_seconds, location.read_seconds, location.tries
        )
        self.name = location.bucket
        self.location = location
        self._pools = BoundedPools(limits, location.ca_file)
        self.client = Minio(
            location.host,
            access_key=location.access_key,
            secret_key=location.secret_key,
            secure=location.is_tls,
            region=location.region,
            http_client=self._pools,
        )

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Bound what is done with `client` inside."""
        with self._pools.call(self.location.total_seconds):
            yield

    def create(
        self,
        key: str,
        source: IO[bytes],
        size: int,
        sha256: str,
        until: datetime,
        *,
        restored: str = "",
    ) -> None:
        """Write an object unless its key has one; locked, encrypted, checksummed.

        Args:
            key: of the object.
            source: its bytes.
            size: how many.
            sha256: of them, hex.
            until: when the lock ends.
            restored: the version it was before it was lost.

        Raises:
            ServiceUnavailable: it may or may not be there; ask `versions`.
        """
        facts: dict[str, str | list[str] | tuple[str]] = {_DIGEST: sha256}
        if restored:
            facts[_RESTORED] = restored
        if size <= self.location.part_bytes:
            # The store itself compares (S3 PutObject, ChecksumSHA256).
            checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
            facts["x-amz-checksum-sha256"] = checksum
        seconds = self.location.seconds_for(size)
        with house_errors(), self._pools.call(seconds, only_if_new=True):
            try:
                self.client.put_object(
                    self.name,
                    key,
                    source,  # type: ignore[arg-type]  # it only reads
                    size,
                    content_type="application/octet-stream",
                    metadata=facts,
                    sse=SseS3(),
                    # The SDK's pool of uploads would not share this call's deadline.
                    num_parallel_uploads=1,
                    part_size=self.location.part_bytes,
                    retention=Retention(GOVERNANCE, _whole_seconds(until)),
                )
            except S3Error as error:
                if error.code not in _WAS_FIRST:
                    raise

    def versions(self, prefix: str) -> Iterator[Version]:
        """Every version and delete marker, by key, the newest of a key first.

        Raises:
            ServiceUnavailable: the store is away.
        """
        listed = self.client.list_objects(
            self.name, prefix=prefix, recursive=True, include_version=True
        )
        while True:
            with house_errors(), self.bounded():
                found = next(listed, None)
            if found is None:
                return
            yield Version(
                key=found.object_name or "",
                id=found.version_id or "",
                size_bytes=found.size or 0,
                is_delete_marker=bool(found.is_delete_marker),
            )

    def head(self, key: str, version_id: str) -> Head:
        """Ask about one version.

        Raises:
            NotFound: it is gone.
            ServiceUnavailable: the store is away.
        """
        with house_errors(reading=True), self.bounded():
            found = self.client.stat_object(self.name, key, version_id=version_id)
            facts = found.metadata or {}
            until = facts.get("x-amz-object-lock-retain-until-date")
            retain_until = datetime.fromisoformat(str(until)) if until else None
        return Head(
            sha256=str(facts.get(_DIGEST, "")),
            size_bytes=found.size or 0,
            retain_until=retain_until,
            is_encrypted="x-amz-server-side-encryption" in facts,
            restored=str(facts.get(_RESTORED, "")),
        )

    def read(self, key: str, version_id: str, size: int) -> Iterator[bytes]:
        """Every byte of one version.

        Args:
            key: of the object.
            version_id: which.
            size: bytes it must have.

        Raises:
            NotFound: it is gone.
            StoredDataDamaged: it is longer.
            ServiceUnavailable: the store is away, or stops in the middle.
        """
        seconds = self.location.seconds_for(size)
        with house_errors(reading=True), self._pools.call(seconds) as ends:
            response = self.client.get_object(self.name, key, version_id=version_id)
        read = 0
        try:
            if response.headers.get("x-amz-version-id") != version_id:
                raise unavailable(ValueError("not an answer of this store"))
            while True:
                with house_errors():
                    chunk = response.read1(_CHUNK, decode_content=False)
                    if _over(ends):
                        raise TimeoutError("the object takes too long")
                if not chunk:
                    return
                read += len(chunk)
                if read > size:
                    raise StoredDataDamaged(what="tệp lưu trữ sai độ dài")
                yield chunk
        finally:
            response.close()
            response.release_conn()

    def link(
        self, key: str, version_id: str, lifetime: timedelta, disposition: str
    ) -> str:
        """Return an address that gives out one version for a while; asks nobody.

        Args:
            key: of the object.
            version_id: which.
            lifetime: 1 second to 7 days (AWS Signature Version 4).
            disposition: the answer's Content-Disposition (RFC 6266).
        """
        return self.client.get_presigned_url(
            "GET",
            self.name,
            key,
            expires=lifetime,
            version_id=version_id,
            response_headers={
                "response-content-disposition": disposition,
                "response-content-type": "application/pdf",
            },
        )


def _over(ends: float) -> bool:
    return time.monotonic() > ends


def _whole_seconds(until: datetime) -> datetime:
    """Round up: a store keeps whole seconds, and never less than was asked."""
    return (until + timedelta(microseconds=999_999)).replace(microsecond=0)
