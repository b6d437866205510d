"""Backup and restore, from settings."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.backup.make import MakeBackup
from api.backup.manifest import Manifest
from api.backup.restore import RestoreBackup, Target
from api.data_folder import DataFolder
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from api.wiring.objects import build_archive
from api.wiring.stores import open_database, open_storage
from api.work_folder import PrivateWorkFolder
from certify.attestation import Act
from certify.clock import SystemClock
from storage.key_ring import KeyRing
from storage.migrations import HEAD
from storage.scans import FolderScanStore
from storage.write_once import WriteOnceFolder

SERVICE = "Thư mục sao lưu"
_MAC = "backup-manifest"


@contextmanager
def build_backup(settings: Settings, target: Path) -> Iterator[MakeBackup]:
    """Build what backs an initialised data folder up; it needs no signing key.

    Raises:
        InvalidInput: not initialised, or no passphrase; or see `build_archive`.
    """
    folder, clock = DataFolder(settings.data), SystemClock()
    folder.choices()
    keys = _Keys(folder)
    work_folder = PrivateWorkFolder(folder.work)
    work_folder.remove_stale(clock)
    database = open_database(folder, settings)
    try:
        yield MakeBackup(
            target=target,
            folder=folder,
            database=database,
            archive=build_archive(settings, folder, keys.of),
            scans=keys.scans(folder),
            vault=keys.vault,
            mac_key=keys.of(_MAC)[0],
            passphrase=settings.backup_passphrase,
            clock=clock,
            work_folder=work_folder,
        )
    finally:
        database.close()


def build_restore(settings: Settings) -> RestoreBackup:
    """Build what restores into an empty data folder.

    Raises:
        InvalidInput: no passphrase.
    """
    folder, clock = DataFolder(settings.data), SystemClock()

    def target(building: DataFolder) -> Target:
        keys = _Keys(building)
        return Target(
            database=open_database(building, settings),
            # Straight into their place: an interrupted run finds them again.
            archive=build_archive(settings, folder, keys.of),
            scans=keys.scans(folder),
            vault=keys.vault,
        )

    def settle(building: DataFolder, manifest: Manifest) -> frozenset[str]:
        database = open_database(building, settings)
        try:
            database.migrate()
        finally:
            database.close()
        with open_storage(building, settings, clock) as storage:
            storage.trail.record(
                building.choices().authority_id,
                Act(f"operator:{pwd.getpwuid(os.getuid()).pw_name}", "service.restore"),
                subject=manifest.point,
                details={"made_at": manifest.made_at.isoformat()},
                at=clock.now(),
            )
            return storage.register.released_files()

    return RestoreBackup(
        folder=folder,
        passphrase=settings.backup_passphrase,
        clock=clock,
        newest_revision=HEAD,
        mac_keys=lambda building: _Keys(building).of(_MAC),
        target=target,
        settle=settle,
    )


class _Keys:
    """What is derived from the service keys of one folder."""

    def __init__(self, folder: DataFolder) -> None:
        self._keys = read_service_keys(folder.service_key)

    def of(self, purpose: str) -> tuple[bytes, ...]:
        return derive_keys(self._keys, purpose)

    def scans(self, folder: DataFolder) -> FolderScanStore:
        newest, *older = self.of("scans")
        return FolderScanStore(folder.scans, key=newest, older_keys=older)

    def vault(self, root: Path) -> WriteOnceFolder:
        newest, *older = self.of("backup")
        return WriteOnceFolder(root, KeyRing(newest, older), service=SERVICE)
