"""`certify backup`: one point of database and objects, while the service goes on.

A run that was interrupted leaves objects it has copied, which the next one need not
copy again, and no point: a folder without manifest is removed.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from api.backup.manifest import Manifest, Part
from api.backup.parts import (
    ARCHIVE,
    DATA,
    DATABASE,
    LIST,
    MANIFEST,
    POINTS,
    SCAN,
    SECRETS,
    Database,
    Entry,
    Scans,
    Vault,
    digest_of,
    disk_of_the_backup,
    pack,
    secret_files,
    small_files,
)
from api.backup.passphrase import seal
from api.data_folder import PRIVATE_FOLDER, DataFolder
from api.durable import PRIVATE_FILE, sync_folder, write_private
from certify.attestation import StoredObject
from certify.auditing.ports import RestorableArchive
from certify.clock import Clock
from certify.errors import InvalidInput, NotFound, StoredDataDamaged, TryLater
from certify.evidence import FOLDER as EVIDENCE
from certify.ports import WorkFolder

Progress = Callable[[int], None]


@dataclass
class BackupMade:
    """What one run did.

    Attributes:
        manifest: of the point.
        copied: objects that the backup did not hold before.
        unreadable: keys of objects that neither archive nor backup can give.
    """

    manifest: Manifest
    copied: int
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class MakeBackup:
    """Makes points in one folder.

    Attributes:
        target: the folder of the backup.
        vault: opens a sealed folder there.
        mac_key: a manifest's MAC is under it.
    """

    target: Path
    folder: DataFolder
    database: Database
    archive: RestorableArchive
    scans: Scans
    vault: Callable[[Path], Vault]
    mac_key: bytes
    passphrase: str
    clock: Clock
    work_folder: WorkFolder

    def __call__(self, progress: Progress = lambda _: None) -> BackupMade:
        """Make one.

        Raises:
            TryLater: another run is at work in this folder.
            StoredDataDamaged: the database is not whole.
            BackupStopped, ServiceUnavailable: a disk is full, database or archive is
                away; there is no new point then.
            InvalidInput: a program of the database is missing, or the backup would
                lie inside what it backs up.
        """
        if self.target.resolve().is_relative_to(self.folder.path.resolve()):
            raise InvalidInput(
                field=f"Thư mục sao lưu {self.target}",
                reason="nằm trong thư mục dữ liệu, hãy chọn nơi khác",
            )
        with disk_of_the_backup(), self._alone(), self.work_folder() as work:
            made_at = self.clock.now()
            name = f"{made_at:%Y%m%dT%H%M%S}{made_at.microsecond // 1000:03d}Z"
            point = self.target / POINTS / name
            point.mkdir(mode=PRIVATE_FOLDER)
            try:
                sealed = self.vault(point)
                # The order makes the point: see `api.backup.parts`.
                parts = {DATA: self._small_files(sealed, work)}
                parts[DATABASE] = self._database(sealed, work)
                objects = _Objects(self.vault(self.target / "store"), work, progress)
                self._copy_objects(objects)
                parts[LIST] = _keep(sealed, LIST, objects.list)
                secrets = seal(pack(secret_files(self.folder.path)), self.passphrase)
                write_private(point / SECRETS, secrets)
                manifest = Manifest(
                    point=name,
                    made_at=made_at,
                    database=self.database.about(),
                    revision=self.database.revision() or "",
                    parts=parts,
                    secrets_sha256=hashlib.sha256(secrets).hexdigest(),
                    objects=objects.archived,
                    scans=objects.scanned,
                )
                text = manifest.to_json(self.mac_key)
                write_private(point / MANIFEST, text.encode())
                sync_folder(point.parent)
            except BaseException:
                shutil.rmtree(point, ignore_errors=True)
                raise
            return BackupMade(manifest, objects.copied, objects.unreadable)

    def _database(self, sealed: Vault, work: Path) -> Part:
        dumped = work / DATABASE
        self.database.dump(dumped)
        part = _keep(sealed, DATABASE, dumped)
        dumped.unlink()
        return part

    def _copy_objects(self, objects: "_Objects") -> None:
        with objects.list.open("w", encoding="utf-8") as lines:
            for stored in self.archive.list(""):
                if not stored.key.startswith(EVIDENCE):
                    lines.write(objects.archive(self.archive, stored))
            for stored in self.archive.list(EVIDENCE):
                lines.write(objects.archive(self.archive, stored))
            for key in self.scans.names():
                lines.write(objects.scan(self.scans, key))

    def _small_files(self, sealed: Vault, work: Path) -> Part:
        packed = work / DATA
        packed.write_bytes(pack(small_files(self.folder.path)))
        return _keep(sealed, DATA, packed)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs out; remove what a killed one left."""
        for folder in (self.target, self.target / POINTS):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        lock = os.open(self.target / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for point in (self.target / POINTS).iterdir():
                if not (point / MANIFEST).exists():
                    shutil.rmtree(point)
            yield
        except BlockingIOError as error:
            raise TryLater(
                reason="một lượt sao lưu khác đang ghi vào thư mục này"
            ) from error
        finally:
            os.close(lock)


class _Objects:
    """Copies what the backup does not hold yet, each object read and checked."""

    def __init__(self, store: Vault, work: Path, progress: Progress) -> None:
        self._store = store
        self._file = work / "object"
        self._progress = progress
        self.list = work / LIST
        self.archived = self.scanned = self.copied = 0
        self.unreadable: list[str] = []

    def archive(self, archive: RestorableArchive, stored: StoredObject) -> str:
        """Keep one archived object; return its line of the list, or nothing."""
        name = f"{ARCHIVE}{stored.key}"
        try:
            if not self._store.exists(name):
                until = archive.retained_until(stored)
                archive.fetch(stored, self._file)
                facts = {
                    "sha256": stored.sha256,
                    "version": stored.version_id,
                    "until": until.isoformat() if until else "",
                }
                self._copy(name, facts, stored.sha256)
            entry = self._entry(name)
        except (NotFound, StoredDataDamaged, ValueError):
            entry = None  # ValueError: somebody else's object, under no key of ours
        if entry is None or (stored.sha256 and entry.stored != stored):
            self.unreadable.append(stored.key)
            return ""
        self.archived += 1
        return entry.line()

    def scan(self, scans: Scans, key: str) -> str:
        """Keep one scan; one that was purged this moment has no line."""
        name = f"{SCAN}{key}"
        try:
            if not self._store.exists(name):
                scans.fetch(key, self._file)
                sha256 = digest_of(self._file)
                self._copy(name, {"sha256": sha256}, sha256)
            line = self._entry(name).line()
        except NotFound:
            return ""
        except StoredDataDamaged:
            self.unreadable.append(name)
            return ""
        self.scanned += 1
        return line

    def _copy(self, name: str, facts: dict[str, str], sha256: str) -> None:
        try:
            self._store.write(name, self._file, facts, sha256)
        finally:
            self._file.unlink(missing_ok=True)
        self.copied += 1
        self._progress(self.copied)

    def _entry(self, name: str) -> Entry:
        header = self._store.header(name)
        return Entry(name=name, size=header.size, **header.facts)


def _keep(vault: Vault, name: str, path: Path) -> Part:
    part = Part(digest_of(path), path.stat().st_size)
    vault.write(name, path, {}, part.sha256)
    return part


def complete_points(target: Path) -> list[Path]:
    """Return the points that have a manifest, the oldest first."""
    with suppress(FileNotFoundError, NotADirectoryError):
        points = sorted((target / POINTS).iterdir())
        return [point for point in points if (point / MANIFEST).is_file()]
    return []
