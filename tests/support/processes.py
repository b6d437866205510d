"""Bodies of child processes that race on, or die in, real storage."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from certify.identifiers import new_id
from storage.archive.folder import FolderArchive
from storage.archive.open import open_archive
from storage.archive.s3_location import S3Location
from storage.database import Database
from storage.register import SqlRegister
from tests.support.clock import MORNING, FakeClock
from tests.support.fields import FIELDS

ARCHIVE_KEY = bytes(32)


def reserve_all(url: str, worker: str, attestation_ids: Sequence[str]) -> None:
    """Take and reserve each of these."""
    clock = FakeClock()
    database = Database(url, fields=FIELDS, busy_timeout_seconds=60)
    register = SqlRegister(database=database, clock=clock)
    register.open_numbering()
    for attestation_id in attestation_ids:
        task = register.take(attestation_id, worker, clock.now())
        register.reserve(task.lease, clock.now())


def migrate(url: str) -> None:
    """Start as a server does."""
    Database(url, busy_timeout_seconds=60).migrate()


def archive_for_ever(root: Path, source: Path, sha256: str) -> None:
    """Put the same file under new keys until killed."""
    archive = FolderArchive(root, key=ARCHIVE_KEY)
    while True:
        archive.put_once(
            f"attestation/{new_id()}", source, sha256, MORNING + timedelta(days=3653)
        )


def archive_large_for_ever(location: S3Location, source: Path, sha256: str) -> None:
    """Put the same large file under new keys of a bucket until killed."""
    archive = open_archive(location)
    while True:
        archive.put_once(
            f"attestation/{new_id()}", source, sha256, MORNING + timedelta(days=36530)
        )
