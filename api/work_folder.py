"""Private temporary folders for one piece of work; fills `certify.ports.WorkFolder`.

They may hold a citizen's scan in plain, so none may survive: each is removed on exit,
and what a killed process left is removed at the next start. A living owner holds a
lock on its folder, so another process on the same data never removes it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.data_folder import PRIVATE_FOLDER
from certify.clock import Clock

_PREFIX = "work-"
_YOUNG_SECONDS = 10  # an owner has this long between making and locking its folder


class PrivateWorkFolder:
    """Makes folders under one root, mode 0700."""

    def __init__(self, root: Path) -> None:
        """Take the root, made when it is missing."""
        self._root = root
        root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    @contextmanager
    def __call__(self) -> Iterator[Path]:
        """Give a fresh folder, removed with everything in it on exit."""
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._root))
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)

    def remove_stale(self, clock: Clock) -> int:
        """Remove folders whose owner is gone; return how many."""
        oldest_young = clock.now().timestamp() - _YOUNG_SECONDS
        removed = 0
        for folder in self._root.glob(f"{_PREFIX}*"):
            try:
                if folder.stat().st_mtime > oldest_young:
                    continue
                descriptor = os.open(folder, os.O_RDONLY)
            except FileNotFoundError:
                continue  # its owner finished meanwhile
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # its owner is alive
            else:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            finally:
                os.close(descriptor)
        return removed
