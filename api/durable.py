"""Files that are there whole, after a power cut too, or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE = 0o600


def write_private(path: Path, data: bytes) -> None:
    """Create or replace a file, readable by its owner only.

    Raises:
        OSError: nothing was changed, and nothing half written is left.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _keep_owner(file.fileno(), path)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_tree(folder: Path) -> None:
    """Make everything in a folder survive a power cut, however it was written."""
    for path in (folder, *folder.rglob("*")):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _keep_owner(descriptor: int, replaced: Path) -> None:
    """Root works for the service: what it replaces stays readable to its owner."""
    if os.geteuid() == 0:
        with suppress(FileNotFoundError):
            owner = replaced.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
