"""Working scans and their purge; what a person may demand of us."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from api.settings import Settings
from api.wiring.plan import Plan, unmetered_plan
from api.wiring.stores import Storage, open_storage
from certify.clock import Clock, SystemClock
from certify.hold import HoldCase
from certify.person import ExportPerson
from certify.person_erasure import ErasePerson
from certify.ports import ScanStore
from certify.purge import PurgeScans
from storage.scans import FolderScanStore


def build_scan_store(plan: Plan) -> FolderScanStore:
    """Open the folder of working scans."""
    newest, *older = plan.keys("scans")
    return FolderScanStore(
        plan.folder.scans,
        key=newest,
        older_keys=older,
        reread=partial(plan.keys, "scans"),
    )


def purge_scans(plan: Plan, storage: Storage, scans: ScanStore) -> PurgeScans:
    """Build what purges scans, one round a call; for the command and for workers."""
    return PurgeScans(
        purges=storage.purges,
        scans=scans,
        clock=plan.clock,
        rule=plan.settings.retention_rule,
    )


@dataclass(frozen=True)
class PersonDesk:
    """Demands of persons, and what stands against them; for administrators."""

    export: ExportPerson
    erase: ErasePerson
    hold: HoldCase


@contextmanager
def build_person_desk(
    settings: Settings, clock: Clock | None = None
) -> Iterator[PersonDesk]:
    """Build export and erasure on an initialised data folder.

    Raises:
        InvalidInput: not initialised.
    """
    clock = clock or SystemClock()
    plan = unmetered_plan(settings, clock)
    authority_id = plan.choices.authority_id
    with open_storage(plan.folder, settings, clock) as storage:
        purge = purge_scans(plan, storage, build_scan_store(plan))
        yield PersonDesk(
            export=ExportPerson(
                records=storage.persons, clock=clock, authority_id=authority_id
            ),
            erase=ErasePerson(
                records=storage.persons, purge=purge.purge, authority_id=authority_id
            ),
            hold=HoldCase(holds=storage.holds, authority_id=authority_id),
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
