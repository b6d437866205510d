"""Working scans and their previews in an encrypted folder."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from certify.errors import WrongState
from storage.key_ring import KeyRing, Reread
from storage.write_once import WriteOnceFolder

SERVICE = "Kho bản chụp"


class FolderScanStore:
    """Fills the `ScanStore` port. What goes and when: `certify.purge`."""

    def __init__(
        self,
        root: Path,
        *,
        key: bytes,
        older_keys: Sequence[bytes] = (),
        reread: Reread = tuple,
    ) -> None:
        """Use a folder; made, private, if its parent exists.

        Args:
            root: the folder; nobody else writes in it.
            key: 32 bytes; seals every file.
            older_keys: open what was sealed before the key was replaced.
            reread: reads all of them anew; see `KeyRing`.

        Raises:
            ServiceUnavailable: the folder cannot be made.
        """
        ring = KeyRing(key, older_keys, reread)
        self._folder = WriteOnceFolder(root, ring, service=SERVICE)

    def put(self, key: str, path: Path) -> None:
        """Store a file, durably.

        Raises:
            WrongState: the key was used before.
            ServiceUnavailable: disk full, no permission, folder away.
        """
        if not self._folder.write(key, path, {}):
            raise WrongState(reason="bản chụp đã được lưu với mã này")

    def fetch(self, key: str, target: Path) -> None:
        """Write the plain file to `target`.

        Raises:
            NotFound: never stored, or purged.
            StoredDataDamaged: not the bytes that were stored; no target is left.
            ServiceUnavailable: it cannot be read now.
        """
        self._folder.read(key, target)

    def remove(self, key: str) -> None:
        """Remove a file if it is there, durably. Raises ServiceUnavailable."""
        self._folder.remove(key)

    def older(self, before: datetime) -> Iterator[str]:
        """Keys of files stored before a time. Raises ServiceUnavailable."""
        return self._folder.older(before)

    def exists(self, key: str) -> bool:
        """Tell whether a file is stored. Raises ServiceUnavailable."""
        return self._folder.exists(key)

    def names(self) -> Iterator[str]:
        """Every scan there is, in order. Raises ServiceUnavailable."""
        return self._folder.names("")
