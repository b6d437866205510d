"""A consistent copy of an SQLite file while others write, and its way back."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from certify.errors import ServiceUnavailable, StoredDataDamaged
from storage.backend import SERVICE

_SIDE_FILES = ("-wal", "-shm", "-journal")


def dump(source: Path, target: Path) -> None:
    """Copy one snapshot by the online backup API; nobody waits for it.

    Raises:
        StoredDataDamaged: the copy is not whole, so the file is not either.
        ServiceUnavailable: it cannot be read, or the disk is full.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)  # all pages at once: one snapshot, under WAL's read lock
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise ServiceUnavailable(service=SERVICE) from error
        raise StoredDataDamaged(what="cơ sở dữ liệu") from error
    if verdict != "ok":
        raise StoredDataDamaged(what="cơ sở dữ liệu")


def load(source: Path, target: Path) -> None:
    """Put a dump in the place of a file that is not there.

    Raises:
        ServiceUnavailable: it cannot be written.
    """
    try:
        shutil.copyfile(source, target)
        target.chmod(0o600)
    except OSError as error:
        raise ServiceUnavailable(service=SERVICE) from error


def is_empty(path: Path) -> bool:
    """Tell whether there is no file, nor the rest of one."""
    sides = [path.with_name(path.name + end) for end in _SIDE_FILES]
    return not any(file.exists() for file in (path, *sides))
