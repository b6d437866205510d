"""The built system, as routes and commands see it. `api.wiring` makes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.annul_and_publish import AnnulAndPublish
from api.bundle import VerificationBundle
from api.issue_soon import IssueSoon
from api.observe.clocks import OtherClocks
from api.observe.meter import Meter
from api.signed_report import SignedReports
from certify.access import ApiKeys
from certify.clock import Clock
from certify.close_year import CloseYear
from certify.collect_signature import CollectSignature
from certify.condition import SigningCondition
from certify.desk import Desk
from certify.desk_papers import DeskPapers, DeskRecords
from certify.issue import Issue
from certify.legal_tables import LegalTables
from certify.overdue import DeadlineAlarms, RaiseAlarms
from certify.overview import Overview
from certify.ports import (
    Archive,
    AuditTrail,
    Cases,
    Intake,
    People,
    Register,
    ScanStore,
    WorkFolder,
)
from certify.publish_checkpoint import PublishCheckpoint
from certify.purge import PurgeScans
from certify.reconcile import Reconcile
from certify.renew_due import RenewDue
from certify.rounds import Rounds
from certify.scan_desk import ScanDesk
from certify.trail_proof import ProveTrail
from certify.verify import VerifyCopy
from certify.void import VoidNumber


@dataclass(frozen=True)
class Services:
    """One object per collaborator; all are safe to use from several threads.

    Attributes:
        api_keys: None refuses every call that needs a key.
        issue: the main job, here or by a worker.
        confirmed: told what a signatory has just confirmed.
        external_keys: ids of keys on tokens of their owners, who sign at `/desk/sign`.
        issue_soon: begins issuing in the background, for those owners.
        about_database: name and version of the database; fails when it is away.
        places: folders that may lie on disks of their own, by name.
        meter: takes measurements; see `api.observe`.
        authority_id, officer_id, signatory_id: the development people, who act at the
            desk until accounts exist; "" in production.
        worker: how this process is called in leases and in the audit trail.
        close: stops child processes and servers, closes the database.
    """

    clock: Clock
    people: People
    cases: Cases
    register: Register
    trail: AuditTrail
    scans: ScanStore
    archive: Archive
    intake: Intake
    desk: Desk
    desk_papers: DeskPapers
    records: DeskRecords
    legal_tables: LegalTables
    scan_desk: ScanDesk
    issue: Issue
    confirmed: Callable[[Sequence[str]], None]
    verify: VerifyCopy
    signed_reports: SignedReports
    reconcile: Reconcile
    renew_due: RenewDue
    purge_scans: PurgeScans
    raise_alarms: RaiseAlarms
    deadline_alarms: DeadlineAlarms
    rounds: Rounds
    void_number: VoidNumber
    annul: AnnulAndPublish
    bundle: VerificationBundle
    publish_checkpoint: PublishCheckpoint
    prove_trail: ProveTrail
    close_year: CloseYear
    condition: SigningCondition
    collect: CollectSignature
    external_keys: frozenset[str]
    issue_soon: IssueSoon
    work_folder: WorkFolder
    about_database: Callable[[], str]
    overview: Overview
    clocks: OtherClocks
    places: Mapping[str, Path]
    meter: Meter
    authority_id: str
    officer_id: str
    signatory_id: str
    worker: str
    close: Callable[[], None]
    api_keys: ApiKeys | None = None
