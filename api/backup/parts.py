"""What a backup consists of, and who reads and writes it.

<folder>/store/           every object once, sealed under a key of the service
<folder>/points/<point>/  sealed: database, data, list; under the passphrase: secrets;
                          manifest.json, written last

Order makes the point: small files, the database's snapshot, objects, keys. The newest
checkpoint of the trail, a small file, is then none that the snapshot has not reached,
and the keys open all that was sealed before them. A copy is archived before it is
registered (the main job, steps 8 and 9), a scan is stored before its row, and neither
is ever changed: so all that the snapshot names is there when objects are copied. What
was archived later is copied too; at the restore it comes back into the register as
after any restore (`certify.replay`). Evidence is archived before its copy, so copies
are listed first, then evidence.
"""

import errno
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from api.data_folder import PRIVATE_FOLDER
from api.durable import PRIVATE_FILE
from certify.attestation import StoredObject
from certify.errors import (
    BackupStopped,
    NotFound,
    ServiceUnavailable,
    StoredDataDamaged,
)

STORE, POINTS = "store", "points"
MANIFEST, SECRETS = "manifest.json", "secrets.sealed"
DATABASE, DATA, LIST = "database", "data", "list"
ARCHIVE, SCAN = "archive/", "scan/"
SECRET_NAMES = frozenset({"service.key", "confirmation.pem", "pki"})
_ELSEWHERE = frozenset(
    {"archive", "scans", "work", "cache", "demo", "metrics", "audit-state.jsonl"}
)
_NOT_KEPT = ("register.db", ".")  # the database has its own part; locks, half things


class Header(Protocol):
    """What a sealed file says of itself."""

    @property
    def size(self) -> int:
        """Plain bytes."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its writer put there."""
        ...


class Vault(Protocol):
    """A folder of sealed files; see `storage.write_once`."""

    def write(
        self, name: str, path: Path, facts: Mapping[str, str], sha256: str | None = None
    ) -> bool:
        """Seal a file; False when the name was taken."""
        ...

    def header(self, name: str) -> Header:
        """Read what a file says of itself. Raises NotFound, StoredDataDamaged."""
        ...

    def read(self, name: str, target: Path) -> str:
        """Write the plain file; return its SHA-256. Raises as `header`."""
        ...

    def exists(self, name: str) -> bool:
        """Tell whether a whole file is there."""
        ...


class Database(Protocol):
    """See `storage.database.Database`."""

    def dump(self, target: Path) -> None:
        """Write one snapshot."""
        ...

    def load(self, source: Path) -> None:
        """Fill the empty database."""
        ...

    def is_empty(self) -> bool:
        """Tell whether nothing was ever stored."""
        ...

    def revision(self) -> str | None:
        """Return the version of the tables."""
        ...

    def about(self) -> str:
        """Name software and version."""
        ...


class Scans(Protocol):
    """See `storage.scans`."""

    def names(self) -> Iterator[str]:
        """Every scan."""
        ...

    def fetch(self, key: str, target: Path) -> None:
        """Write one. Raises NotFound when it was purged."""
        ...

    def put(self, key: str, path: Path) -> None:
        """Store one."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether one is there."""
        ...


@dataclass(frozen=True)
class Entry:
    """One line of the list of objects. `version` and `until`: of archived ones."""

    name: str
    sha256: str
    size: int
    version: str = ""
    until: str = ""

    def line(self) -> str:
        """Write it down."""
        return json.dumps(self.__dict__, ensure_ascii=False) + "\n"

    @property
    def stored(self) -> StoredObject:
        """The archived object it stands for."""
        return StoredObject(
            key=self.name.removeprefix(ARCHIVE),
            version_id=self.version,
            sha256=self.sha256,
            size_bytes=self.size,
        )


def read_entries(path: Path) -> Iterator[Entry]:
    """Read a list, line by line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Entry(**json.loads(line))


def small_files(folder: Path) -> Iterator[Path]:
    """What stands in a data folder beside database, objects and secrets."""
    for entry in sorted(folder.iterdir()):
        known = entry.name in _ELSEWHERE | SECRET_NAMES
        if not known and not entry.name.startswith(_NOT_KEPT):
            yield entry


def secret_files(folder: Path) -> Iterator[Path]:
    """What opens everything else; keys in HSMs and outside the folder are not there."""
    for name in sorted(SECRET_NAMES):
        if (folder / name).exists():
            yield folder / name


def pack(entries: Iterable[Path]) -> bytes:
    """Put files and folders into one ZIP, as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for entry in entries:
            inside = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
            for path in (p for p in inside if p.is_file()):
                name = path.relative_to(entry.parent).as_posix()
                # What is replaced has a passing name, gone when the new file is there.
                with suppress(FileNotFoundError):
                    archive.writestr(name, path.read_bytes())
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Take them out again, private; nothing leaves the folder.

    Raises:
        StoredDataDamaged: not what `pack` made.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)  # drops ".." and leading "/" of names
    except zipfile.BadZipFile as error:
        raise StoredDataDamaged(what="tệp trong bản sao lưu") from error
    for path in folder.rglob("*"):
        path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)


def digest_of(path: Path) -> str:
    """Return a file's SHA-256, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def disk_of_the_backup() -> Iterator[None]:
    """Say what a disk said.

    Raises:
        BackupStopped: full, absent, or not ours to write.
    """
    try:
        yield
    except (OSError, ServiceUnavailable) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        full = cause.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "hết chỗ trên đĩa" if full else "không đọc hoặc không ghi được đĩa"
        raise BackupStopped(reason=reason) from error


def read_part(vault: Vault, name: str, target: Path, sha256: str) -> None:
    """Take a file out of a backup.

    Raises:
        StoredDataDamaged: it is not there, or not what the manifest names.
    """
    try:
        found = vault.read(name, target)
    except NotFound as error:
        raise StoredDataDamaged(what=f"tệp {name} trong bản sao lưu") from error
    if found != sha256:
        raise StoredDataDamaged(what=f"tệp {name} trong bản sao lưu")
