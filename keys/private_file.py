"""Files that hold secrets: written whole or not at all, read only if private."""

import os
import secrets
import stat
from pathlib import Path

from keys.base import KeyRefused, KeyUnreachable, RefusalReason

OTHERS = 0o077  # any right of the group or of everybody else
MAX_BYTES = 1_000_000  # a key with its chain has a few kilobytes


def read_private_file(path: Path, *, key_id: str) -> bytes:
    """Return the bytes of a file that only its owner may touch.

    Raises:
        KeyRefused: FILE_MISSING, FILE_UNREADABLE, FILE_EXPOSED, or FILE_DAMAGED for
            what is no regular file or over 1 MB.
        KeyUnreachable: the disk or network share did not answer.
    """
    try:
        with path.open("rb") as file:
            # The open file is asked, not the path: nobody can swap it in between.
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                raise KeyRefused(RefusalReason.FILE_DAMAGED, key_id=key_id)
            if status.st_mode & OTHERS:
                raise KeyRefused(RefusalReason.FILE_EXPOSED, key_id=key_id)
            return file.read()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise KeyRefused(RefusalReason.FILE_MISSING, key_id=key_id) from error
    except (PermissionError, IsADirectoryError) as error:
        raise KeyRefused(RefusalReason.FILE_UNREADABLE, key_id=key_id) from error
    except OSError as error:
        raise KeyUnreachable(key_id=key_id) from error


def write_private_file(path: Path, data: bytes) -> None:
    """Create or replace a file atomically and durably, mode 0600."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
