"""A folder of sealed files that are written once and never replaced, only removed.

A file is written and fsynced under `incoming/`, then hard-linked to its place: the
link either makes the whole file visible or fails because the name is taken, whoever
else writes at the same time. The folders on the way are fsynced as well, so that
what was reported stored is there after a power cut. Whatever a crash leaves under
`incoming/` is never listed and is removed when it is a day old.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from certify.errors import NotFound, ServiceUnavailable, StoredDataDamaged
from certify.identifiers import new_id
from storage.key_ring import KeyRing
from storage.sealed_file import SealedHeader, SealedReader, seal

_KEY = re.compile(r"[0-9A-Za-z_-]{1,200}(/[0-9A-Za-z_-]{1,200})*")
_PREFIX = re.compile(r"[0-9A-Za-z_/-]*")
_SUFFIX = ".sealed"  # no segment of a key holds a dot: no file shadows a folder
_LEFTOVER_AGE_SECONDS = 24 * 3600


class WriteOnceFolder:
    """Sealed files by key, such as "<attestation id>/<SHA-256>"."""

    def __init__(self, root: Path, ring: KeyRing, *, service: str) -> None:
        """Use a folder on a local disk; made, private, if its parent exists.

        Args:
            root: the folder; nobody else writes in it.
            ring: its newest key seals every file.
            service: its name in ServiceUnavailable, in Vietnamese.

        Raises:
            ServiceUnavailable: the folder cannot be made.
        """
        self._objects = root / "objects"
        self._incoming = root / "incoming"
        self._ring = ring
        self._service = service
        with self.disk_errors():
            for folder in (root, self._objects, self._incoming):
                folder.mkdir(mode=0o700, exist_ok=True)
                _fsync_folder(folder.parent)
            self._remove_leftovers()

    def write(
        self, name: str, path: Path, facts: Mapping[str, str], sha256: str | None = None
    ) -> bool:
        """Seal a file under a name, durably.

        Args:
            name: where to; used once.
            path: the plain file.
            facts: kept in the header.
            sha256: what the plain file must hash to, hex; None to take it as it is.

        Returns:
            False when the name was taken; then nothing was changed.

        Raises:
            StoredDataDamaged: the file does not hash to `sha256`; nothing was stored.
            ServiceUnavailable: disk full, no permission, folder away.
        """
        place = self._place(name)
        with path.open("rb") as source, self.disk_errors():
            if place.exists():
                return False
            temporary = self._incoming / new_id()
            try:
                with temporary.open("xb") as target:
                    os.fchmod(target.fileno(), 0o400)
                    digest = seal(
                        source,
                        target,
                        key=self._ring.newest,
                        name=name,
                        size=os.fstat(source.fileno()).st_size,
                        facts=facts,
                    )
                    target.flush()
                    os.fsync(target.fileno())
                if sha256 not in (None, digest):
                    raise StoredDataDamaged(what="tệp khác mã băm đã nêu")
                return self._link(temporary, place)
            finally:
                temporary.unlink(missing_ok=True)

    def header(self, name: str) -> SealedHeader:
        """Read what a file's header says.

        Raises:
            NotFound: no such file.
            StoredDataDamaged: not the file that was written under this name.
            ServiceUnavailable: it cannot be read now.
        """
        with self._opened(name) as reader:
            return reader.header

    def read(self, name: str, target: Path) -> str:
        """Write the plain file to `target`; on an error `target` is removed.

        Returns:
            SHA-256 of the plain bytes, hex.

        Raises:
            NotFound, StoredDataDamaged, ServiceUnavailable: as for `header`.
        """
        with self._opened(name) as reader:
            try:
                with target.open("wb") as plain:
                    return reader.copy_to(plain)
            except BaseException:
                target.unlink(missing_ok=True)
                raise

    def exists(self, name: str) -> bool:
        """Tell whether a whole file is there. Raises ServiceUnavailable."""
        with self.disk_errors():
            if not self._objects.is_dir():
                raise ServiceUnavailable(service=self._service)
            return self._place(name).exists()

    def remove(self, name: str) -> None:
        """Remove a file, durably; nothing happens when it is not there.

        Its name is free again. For working files only: nothing that was finished is
        ever removed.

        Raises:
            ServiceUnavailable: no permission, or the folder is away.
        """
        place = self._place(name)
        with self.disk_errors():
            if not self._objects.is_dir():
                raise ServiceUnavailable(service=self._service)
            if place.exists():
                place.unlink(missing_ok=True)
                _fsync_folder(place.parent)

    def names(self, prefix: str) -> Iterator[str]:
        """Every name that starts with `prefix`, in order. Raises ServiceUnavailable."""
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not a prefix of this store: {prefix!r}")
        files = self._files(self._objects.joinpath(*prefix.split("/")[:-1]))
        ours = (file.removesuffix(_SUFFIX) for file in files if _is_ours(file))
        yield from sorted(name for name in ours if name.startswith(prefix))

    def strays(self) -> Iterator[str]:
        """Every file that nobody wrote through this class, by its path, in order.

        Raises:
            ServiceUnavailable: the folder is away.
        """
        yield from sorted(f for f in self._files(self._objects) if not _is_ours(f))

    def _files(self, folder: Path) -> list[str]:
        with self.disk_errors():
            if not self._objects.is_dir():
                raise ServiceUnavailable(service=self._service)
            found = folder.rglob("*") if folder.is_dir() else ()
            return [
                path.relative_to(self._objects).as_posix()
                for path in found
                if not path.is_dir()
            ]

    def older(self, before: datetime) -> Iterator[str]:
        """Names of files written before a time. Raises ServiceUnavailable."""
        for name in self.names(""):
            with self.disk_errors(), suppress(FileNotFoundError):
                if self._place(name).stat().st_mtime < before.timestamp():
                    yield name

    def stored_bytes(self, name: str) -> int:
        """Bytes the sealed file takes on disk."""
        with self.disk_errors():
            return self._place(name).stat().st_size

    @contextmanager
    def disk_errors(self) -> Iterator[None]:
        """Turn what the disk says into ServiceUnavailable."""
        try:
            yield
        except OSError as error:
            raise ServiceUnavailable(service=self._service) from error

    @contextmanager
    def _opened(self, name: str) -> Iterator[SealedReader]:
        place = self._place(name)
        with self.disk_errors():
            if not self.exists(name):
                raise NotFound(what="tệp lưu trữ")
            try:
                source = place.open("rb")
            except FileNotFoundError as error:  # removed a moment ago
                raise NotFound(what="tệp lưu trữ") from error
            with source:
                reader = SealedReader(source, self._ring)
                if reader.header.key != name:
                    raise StoredDataDamaged(what="tệp lưu trữ bị tráo")
                yield reader

    def _link(self, temporary: Path, place: Path) -> bool:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            # link, not rename: it never replaces what is there.
            os.link(temporary, place)
        except FileExistsError:
            return False
        finally:
            # Also when another made the folder or the file a moment ago: it may
            # not be on disk yet, and what we report must be.
            folder = place.parent
            while folder != self._objects.parent:
                _fsync_folder(folder)
                folder = folder.parent
        return True

    def _place(self, name: str) -> Path:
        if not _KEY.fullmatch(name):
            raise ValueError(f"not a key of this store: {name!r}")
        return self._objects / f"{name}{_SUFFIX}"

    def _remove_leftovers(self) -> None:
        """Remove what dead writers left; the file system's clock dates them."""
        oldest = time.time() - _LEFTOVER_AGE_SECONDS
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_ours(file: str) -> bool:
    """Tell whether a path is one that a key leads to."""
    return file.endswith(_SUFFIX) and bool(_KEY.fullmatch(file.removesuffix(_SUFFIX)))
