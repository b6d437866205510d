"""Archives in fresh buckets of a real S3 server, and an administrator who meddles."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from minio.commonconfig import GOVERNANCE
from minio.retention import Retention

from certify.attestation import StoredObject
from certify.clock import SystemClock
from certify.identifiers import new_id
from storage.archive.open import open_archive
from storage.archive.s3 import S3Archive
from storage.archive.s3_location import S3Location
from tests.support.seaweed import Credentials, S3Server


@dataclass
class Bucket:
    """A bucket made by the administrator, used by the service."""

    server: S3Server
    name: str
    archive: S3Archive

    def location(self, who: Credentials | None = None, **changes: Any) -> S3Location:
        return location(self.server, self.name, who, **changes)

    def put(self, key: str, content: bytes, folder: Path) -> StoredObject:
        source = folder / new_id()
        source.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return self.archive.put_once(key, source, digest, until())

    def forge(self, key: str, content: bytes, digest: str | None = None) -> str:
        """Write as the administrator, posing as the service; returns the version."""
        written = self.server.client().put_object(
            self.name,
            key,
            BytesIO(content),
            len(content),
            metadata={"sha256": digest or hashlib.sha256(content).hexdigest()},
            retention=Retention(GOVERNANCE, until()),
        )
        return str(written.version_id)


def until() -> datetime:
    return (SystemClock().now() + timedelta(days=3653)).replace(microsecond=0)


def location(
    server: S3Server, name: str, who: Credentials | None = None, **changes: Any
) -> S3Location:
    who = who or server.service
    given = {"endpoint": f"http://{server.endpoint}"} | changes
    return S3Location(
        bucket=name, access_key=who.access, secret_key=who.secret, **given
    )


def fresh_bucket(server: S3Server, **changes: Any) -> Bucket:
    """A new bucket, and the service's archive in it."""
    name = f"archive-{new_id()[:20].lower()}"
    open_archive(location(server, name, server.admin, make_bucket=True))
    archive = open_archive(location(server, name, **changes))
    assert isinstance(archive, S3Archive)
    return Bucket(server, name, archive)
