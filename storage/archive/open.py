"""Opens the archive that the settings name: the one place that knows all kinds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from certify.auditing.ports import RestorableArchive
from storage.archive.folder import FolderArchive
from storage.archive.s3_location import S3Location
from storage.key_ring import Reread


@dataclass(frozen=True)
class FolderLocation:
    """An encrypted folder on this machine.

    Attributes:
        root: the folder.
        key: 32 bytes that seal every object; never shown.
        older_keys: open what was sealed before the key was replaced.
        reread: reads all of them anew; see `storage.key_ring`.
    """

    root: Path
    key: bytes = field(repr=False)
    older_keys: tuple[bytes, ...] = field(default=(), repr=False)
    reread: Reread = tuple


ArchiveLocation: TypeAlias = FolderLocation | S3Location


def open_archive(location: ArchiveLocation) -> RestorableArchive:
    """Open an archive.

    Raises:
        ServiceUnavailable: the folder is not there.
        InvalidInput: the bucket, or the right to use it, is not as it must be.
    """
    match location:
        case FolderLocation(root, key, older_keys, reread):
            return FolderArchive(root, key=key, older_keys=older_keys, reread=reread)
        case S3Location():
            # The SDK takes 0.3 s to import; not everybody waits for it.
            from storage.archive.s3 import S3Archive  # noqa: PLC0415

            return S3Archive(location)
