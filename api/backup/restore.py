"""`certify restore`: an empty machine becomes the service of a backup's point.

The archive may have survived: what it holds is left as it is, and what it lacks is put
back under the versions that the register names. The order lets an interrupted run be
run again: objects first, then the database, all or nothing, then the small files; the
marker of a data folder comes last.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.backup.make import Progress, complete_points
from api.backup.manifest import Manifest, check_mac, read_manifest
from api.backup.parts import (
    ARCHIVE,
    DATA,
    DATABASE,
    LIST,
    MANIFEST,
    SCAN,
    SECRETS,
    STORE,
    Database,
    Entry,
    Scans,
    Vault,
    disk_of_the_backup,
    read_entries,
    read_part,
    unpack,
)
from api.backup.passphrase import unseal
from api.data_folder import PRIVATE_FOLDER, DataFolder
from api.durable import sync_tree, write_private
from api.settling import move_into_place, refuse_foreign, settling
from certify.auditing.ports import AuditedArchive, RestorableArchive
from certify.clock import Clock
from certify.errors import InvalidInput, StoredDataDamaged
from certify.evidence import FOLDER as EVIDENCE

BUILDING, RESTORED = ".restore", "restored.json"
_SURVIVORS = frozenset({"archive", "scans", "work", "cache", BUILDING})


@dataclass(frozen=True)
class Opened:
    """A point whose manifest is believed; its secrets lie in the folder being built."""

    source: Path
    point: Path
    manifest: Manifest


@dataclass(frozen=True)
class Target:
    """Where a point is restored to, and the sealed folders of the backup."""

    database: Database
    archive: RestorableArchive
    scans: Scans
    vault: Callable[[Path], Vault]


@dataclass(frozen=True)
class Restored:
    """What one run did.

    Attributes:
        put_back: objects that the archive and the scans had lost.
        beyond: keys of archived copies that the restored register does not know:
            released after the point, or of attempts that were given up.
    """

    manifest: Manifest
    put_back: int
    beyond: list[str]


@dataclass(frozen=True, kw_only=True)
class RestoreBackup:
    """Restores into one data folder.

    Attributes:
        mac_keys: reads the service keys of a folder and derives the manifest's.
        target: opens everything else with the keys of that folder.
        settle: brings the loaded tables to this program's version, says on the trail
            what was restored, and returns the digests that the register knows.
    """

    folder: DataFolder
    passphrase: str
    clock: Clock
    newest_revision: str
    mac_keys: Callable[[DataFolder], tuple[bytes, ...]]
    target: Callable[[DataFolder], Target]
    settle: Callable[[DataFolder, Manifest], frozenset[str]]

    def __call__(
        self, source: Path, point: str = "", progress: Progress = lambda _: None
    ) -> Restored:
        """Restore a point; the newest one unless named.

        Raises:
            InvalidInput: no such point, wrong passphrase, the folder or the database
                is not empty, or the backup is of a newer program.
            StoredDataDamaged: the backup is not what was written.
            BackupStopped, ServiceUnavailable: a disk is full, database or archive is
                away: run again.
        """
        with settling(self.folder.path):
            refuse_foreign(self.folder.path, expected=_SURVIVORS)
            with disk_of_the_backup():
                with _building(self.folder.path / BUILDING) as building:
                    opened = self._open(source, _chosen(source, point), building)
                    target = self.target(building)
                    if not target.database.is_empty():
                        raise InvalidInput(
                            field="Cơ sở dữ liệu",
                            reason="không trống, hãy dùng một cơ sở dữ liệu mới",
                        )
                    put_back = self._fill(opened, target, building, progress)
                    known = self.settle(building, opened.manifest)
                    sync_tree(building.path)
                move_into_place(building.path, self.folder.path)
                self._mark(opened.manifest)
        return Restored(opened.manifest, put_back, _beyond(target.archive, known))

    def _open(self, source: Path, point: Path, building: DataFolder) -> Opened:
        manifest, mac = read_manifest((point / MANIFEST).read_bytes())
        secrets = (point / SECRETS).read_bytes()
        if hashlib.sha256(secrets).hexdigest() != manifest.secrets_sha256:
            raise StoredDataDamaged(what="khóa trong bản sao lưu")
        unpack(unseal(secrets, self.passphrase), building.path)
        check_mac(manifest, mac, self.mac_keys(building))
        if manifest.point != point.name:  # another point, put in its place
            raise StoredDataDamaged(what="tên thư mục của bản sao lưu")
        if manifest.revision > self.newest_revision:
            raise InvalidInput(
                field=f"Bản sao lưu {manifest.point}",
                reason="do phiên bản chương trình mới hơn lập, hãy cài phiên bản đó",
            )
        return Opened(source, point, manifest)

    def _fill(
        self, opened: Opened, target: Target, building: DataFolder, progress: Progress
    ) -> int:
        sealed = target.vault(opened.point)
        work = building.path / ".work"
        work.mkdir(mode=PRIVATE_FOLDER)
        dumped, listed = work / DATABASE, work / LIST
        for name, path in ((LIST, listed), (DATABASE, dumped), (DATA, work / DATA)):
            read_part(sealed, name, path, opened.manifest.parts[name].sha256)
        store = target.vault(opened.source / STORE)
        put_back = _put_back(listed, store, target, self.clock.now(), progress)
        unpack((work / DATA).read_bytes(), building.path)
        target.database.load(dumped)
        shutil.rmtree(work)
        return put_back

    def _mark(self, manifest: Manifest) -> None:
        """Leave word for whoever looks into the folder later."""
        said = {
            "point": manifest.point,
            "made_at": manifest.made_at.isoformat(),
            "restored_at": self.clock.now().isoformat(),
        }
        text = json.dumps(said, indent=1) + "\n"
        write_private(self.folder.path / RESTORED, text.encode())


@contextmanager
def _building(path: Path) -> Iterator[DataFolder]:
    """Give a fresh folder; what failed leaves no key and no scan in it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield DataFolder(path)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _beyond(archive: AuditedArchive, known: frozenset[str]) -> list[str]:
    return [
        stored.key
        for stored in archive.list("")
        if not stored.key.startswith(EVIDENCE) and stored.sha256 not in known
    ]


def _put_back(
    listed: Path, store: Vault, target: Target, now: datetime, progress: Progress
) -> int:
    """Put back what is missing; every object that is read is checked."""
    held = {(stored.key, stored.version_id) for stored in target.archive.list("")}
    file = listed.with_name("object")
    count = 0
    for entry in read_entries(listed):
        key = entry.name.removeprefix(SCAN)
        if entry.name.startswith(ARCHIVE):
            if (entry.stored.key, entry.version) in held:
                continue
        elif target.scans.exists(key):
            continue
        read_part(store, entry.name, file, entry.sha256)
        if entry.name.startswith(ARCHIVE):
            _put_back_copy(target.archive, entry, file, now)
        else:
            target.scans.put(key, file)
        file.unlink()
        count += 1
        progress(count)
    return count


def _put_back_copy(
    archive: RestorableArchive, entry: Entry, file: Path, now: datetime
) -> None:
    try:
        archive.put_back(entry.stored, file, _until(entry, now))
    except StoredDataDamaged as error:  # what survived is in the way
        raise StoredDataDamaged(
            what=f"tệp {entry.stored.key} còn lại trong kho (hãy chuyển tệp này ra "
            "khỏi kho rồi khôi phục lại)"
        ) from error


def _until(entry: Entry, now: datetime) -> datetime:
    """Return the end of its lock; a store takes none that is over."""
    until = datetime.fromisoformat(entry.until) if entry.until else now
    return max(until, now + timedelta(days=1))


def _chosen(source: Path, point: str) -> Path:
    """Return the point's folder. Raises InvalidInput: there is none with a manifest."""
    points = complete_points(source)
    found = [path for path in points if path.name == point] if point else points
    if not found:
        raise InvalidInput(
            field=f"Bản sao lưu {point or source}",
            reason="không có, hoặc chưa lập xong (thiếu tệp kê khai)",
        )
    return found[-1]
