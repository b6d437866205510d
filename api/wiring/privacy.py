"""Working scans, and what removes them when their time is over."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings
from api.wiring.plan import Plan, unmetered_plan
from api.wiring.stores import Storage, open_storage
from certify.clock import Clock, SystemClock
from certify.ports import ScanStore
from certify.purge import PurgeScans
from storage.scans import FolderScanStore


def build_scan_store(plan: Plan) -> FolderScanStore:
    """Open the folder of working scans."""
    newest, *older = plan.keys("scans")
    return FolderScanStore(plan.folder.scans, key=newest, older_keys=older)


def purge_scans(plan: Plan, storage: Storage, scans: ScanStore) -> PurgeScans:
    """Build what purges scans, one round a call; for the command and for workers."""
    return PurgeScans(
        purges=storage.purges,
        scans=scans,
        clock=plan.clock,
        rule=plan.settings.retention_rule,
    )


@contextmanager
def build_purge(settings: Settings, clock: Clock | None = None) -> Iterator[PurgeScans]:
    """Build the purge of an initialised data folder: no keys, no child processes.

    Raises:
        InvalidInput: not initialised.
    """
    clock = clock or SystemClock()
    plan = unmetered_plan(settings, clock)
    with open_storage(plan.folder, settings, clock) as storage:
        yield purge_scans(plan, storage, build_scan_store(plan))
