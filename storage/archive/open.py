"""Opens the archive that the settings name: the one place that knows all kinds."""

from dataclasses import dataclass, field
from pathlib import Path

from certify.ports import Archive
from storage.archive.folder import FolderArchive


@dataclass(frozen=True)
class FolderLocation:
    """An encrypted folder on this machine.

    Attributes:
        root: the folder.
        key: 32 bytes that seal every object; never shown.
    """

    root: Path
    key: bytes = field(repr=False)


ArchiveLocation = FolderLocation  # a union, once there is a second kind


def open_archive(location: ArchiveLocation) -> Archive:
    """Open an archive.

    Raises:
        ServiceUnavailable: it is not there.
    """
    match location:
        case FolderLocation(root=root, key=key):
            return FolderArchive(root, key=key)
