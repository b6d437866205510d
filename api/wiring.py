"""Builds the system: reading this file tells what the service is made of.

The only file that imports concrete code of `signing`, `storage` and `keys`. Imports
of pyHanko and the development PKI stand inside the functions that need them, so that
`certify verify` and `certify check` do not wait for them.
"""

import hashlib
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from api.annul_and_publish import AnnulAndPublish
from api.bundle import VerificationBundle
from api.data_folder import DataFolder, ServiceChoices
from api.development_keys import (
    DevelopmentKeys,
    open_development_keys,
    open_report_key,
    open_roster_key,
    pki_address,
)
from api.legal_tables import read_legal_tables
from api.pki_host import PkiHost
from api.service_key import derive_key, read_service_key
from api.services import Services
from api.settings import Settings
from api.signed_report import SignedReports
from api.trust_folder import read_anchors
from api.trust_publisher import TrustPublisher
from api.trust_seen import SeenSequences
from api.trust_services import TsaChoice, hosts_of
from api.work_folder import PrivateWorkFolder
from certify.annul import AnnulCopy
from certify.clock import Clock, SystemClock
from certify.close_year import CloseYear
from certify.desk import Desk, DeskRules
from certify.desk_papers import DeskPapers
from certify.errors import InvalidInput, NotAllowed, StoredDataDamaged
from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner
from certify.issue import IssueCopy
from certify.ports import Inspector, Intake
from certify.protection import load_sunsets
from certify.reconcile import Reconcile
from certify.renew import RenewCopy
from certify.renew_due import RenewDue
from certify.renewal import Renewer
from certify.replay import ReplayArchive
from certify.scan_desk import ScanDesk
from certify.scan_files import ScanFiles
from certify.trust import Purpose
from certify.verify import RegisterView, VerifyCopy
from certify.void import VoidNumber
from signing.chain import stored_certificates
from signing.confirmer import SoftwareConfirmer
from signing.fetch import LOOPBACK, Fetcher, FetchPolicy
from signing.inspection_memory import InspectionMemory
from signing.inspector import (
    INSPECT_MODULE,
    INSPECT_TASK,
    SandboxedInspector,
    list_addresses,
)
from signing.pictures import Picture, load_picture
from signing.revocation import RevocationClient
from signing.signed_lists import FolderLists
from signing.timestamp import TimestampClient, TimestampSettings
from signing.timestamps import Timestamps
from signing.trust import TrustAnchors, load_trust_anchors
from storage.api_keys import SqlApiKeys
from storage.archive.open import FolderLocation, open_archive
from storage.audit import SqlAuditTrail
from storage.cases import SqlCases
from storage.database import Database
from storage.desk_records import SqlDeskRecords
from storage.people import SqlPeople
from storage.register import SqlRegister
from storage.renewals import SqlRenewals
from storage.scans import FolderScanStore

if TYPE_CHECKING:
    from signing.sealer import PadesSealer


@dataclass(frozen=True)
class Storage:
    """Everything over one database."""

    people: SqlPeople
    cases: SqlCases
    records: SqlDeskRecords
    register: SqlRegister
    renewals: SqlRenewals
    trail: SqlAuditTrail
    api_keys: SqlApiKeys


@dataclass(frozen=True)
class _Plan:
    """What every part is built from."""

    settings: Settings
    clock: Clock
    folder: DataFolder
    choices: ServiceChoices

    def key(self, purpose: str) -> bytes:
        """Return the secret of one purpose, derived from the service key."""
        return derive_key(read_service_key(self.folder.service_key), purpose)


def build_services(
    settings: Settings, clock: Clock | None = None, *, public: bool = False
) -> Services:
    """Build the service on an initialised data folder.

    Args:
        settings: already checked.
        clock: None takes the machine's.
        public: strangers send files: they are judged by children of their own
            zygote, so that a flood of them never keeps a copy from being issued.

    Raises:
        InvalidInput: not initialised, or another program has the PKI's port.
        NotAllowed: production; it has no signing keys of its own in this version.
        CertifyError: what is stored is damaged or out of reach.
    """
    if settings.env != "development":
        raise NotAllowed(reason="phiên bản này chỉ có khóa ký THỬ NGHIỆM")
    folder = DataFolder(settings.data)
    plan = _Plan(settings, clock or SystemClock(), folder, folder.choices())
    with ExitStack() as stack:
        stack.enter_context(_development_pki(plan))
        storage = stack.enter_context(open_storage(folder, settings, plan.clock))
        intake = stack.enter_context(build_intake())
        inspector = stack.enter_context(
            build_inspector(folder.trust, plan.clock, settings)
        )
        strangers = inspector
        if public:
            strangers = stack.enter_context(
                build_inspector(folder.trust, plan.clock, settings, remember=True)
            )
        lists = build_lists(folder.trust, plan.clock, folder.trust_seen)
        verify = VerifyCopy(inspector=strangers, register=storage.register, lists=lists)
        return _assemble(plan, storage, intake, inspector, verify, stack)


def _assemble(
    plan: _Plan,
    storage: Storage,
    intake: Intake,
    inspector: Inspector,
    verify: VerifyCopy,
    stack: ExitStack,
) -> Services:
    """Plug everything together; `stack` closes it again."""
    settings, clock, choices = plan.settings, plan.clock, plan.choices
    work_folder = PrivateWorkFolder(plan.folder.work)
    work_folder.remove_stale(clock)
    keys = open_development_keys(plan.folder, choices.signatory_id)
    outside = _outside(plan)
    sealer = _sealer(plan, keys, outside)
    worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    scans = FolderScanStore(plan.folder.scans, key=plan.key("scans"))
    archive = open_archive(FolderLocation(plan.folder.archive, plan.key("archive")))
    tables = read_legal_tables(plan.folder.path)
    lists = build_lists(plan.folder.trust, clock, plan.folder.trust_seen)
    replay = ReplayArchive(
        register=storage.register,
        archive=archive,
        inspector=inspector,
        own_certificates=[entry.certificate_sha256 for entry in lists().roster],
        clock=clock,
        work_folder=work_folder,
    )
    issue = IssueCopy(
        register=storage.register,
        scans=scans,
        archive=archive,
        sealer=sealer,
        inspector=inspector,
        clock=clock,
        work_folder=work_folder,
        open_numbering=replay,
        service_key=plan.key("enrolment"),
        base_url=settings.base_url or choices.base_url,
        worker=worker,
        number_template=settings.number_template,
        retention=settings.retention,
    )
    publisher = build_publisher(plan.folder, clock)
    desk = Desk(
        people=storage.people,
        cases=storage.cases,
        sealer=sealer,
        confirmer=SoftwareConfirmer(keys=keys.confirmation),
        clock=clock,
        rules=DeskRules(
            confirmation_valid=timedelta(hours=settings.confirmation_hours),
        ),
    )
    scan_desk = ScanDesk(
        people=storage.people,
        cases=storage.cases,
        files=ScanFiles(
            scans=scans,
            intake=intake,
            clock=clock,
            max_bytes=settings.max_upload_bytes,
        ),
        work_folder=work_folder,
    )
    return Services(
        clock=clock,
        people=storage.people,
        cases=storage.cases,
        register=storage.register,
        trail=storage.trail,
        scans=scans,
        archive=archive,
        intake=intake,
        desk=desk,
        records=storage.records,
        legal_tables=tables,
        desk_papers=DeskPapers(
            people=storage.people,
            cases=storage.cases,
            records=storage.records,
            tables=tables,
            clock=clock,
        ),
        scan_desk=scan_desk,
        issue=issue,
        verify=verify,
        signed_reports=build_signed_reports(plan.folder, clock),
        reconcile=Reconcile(
            register=storage.register, issue=issue, replay=replay, clock=clock
        ),
        renew_due=_renew_due(
            plan,
            storage,
            RenewCopy(
                renewals=storage.renewals,
                archive=archive,
                renewer=_renewer(plan, outside),
                inspector=inspector,
                clock=clock,
                work_folder=work_folder,
                sunsets=load_sunsets(settings.sunsets_file),
                worker=worker,
                retention=settings.retention,
            ),
        ),
        void_number=VoidNumber(
            people=storage.people,
            cases=storage.cases,
            register=storage.register,
            clock=clock,
        ),
        annul=AnnulAndPublish(
            annul=AnnulCopy(
                people=storage.people, register=storage.register, clock=clock
            ),
            publish=partial(
                publisher.publish_annulments, storage.people, storage.register
            ),
        ),
        bundle=VerificationBundle(
            trust=plan.folder.trust,
            certificates=stored_certificates,
            refresh=partial(publisher.refresh, storage.people, storage.register),
        ),
        close_year=CloseYear(
            people=storage.people,
            register=storage.register,
            clock=clock,
            book_kind=settings.book_kind,
        ),
        condition=sealer.condition,
        work_folder=work_folder,
        authority_id=choices.authority_id,
        officer_id=choices.officer_id,
        signatory_id=choices.signatory_id,
        api_keys=storage.api_keys,
        close=stack.pop_all().close,
    )


@contextmanager
def build_verifier(
    trust: Path,
    register: RegisterView | None = None,
    clock: Clock | None = None,
    *,
    seen: Path | None = None,
) -> Iterator[VerifyCopy]:
    """Build verification on a trust folder; without a register it works offline.

    Args:
        trust: the folder.
        register: None offline.
        clock: None takes the machine's.
        seen: where the numbers of signed lists are remembered; see `api.trust_seen`.

    Raises:
        InvalidInput: not a trust folder.
    """
    clock = clock or SystemClock()
    lists = build_lists(trust, clock, seen)
    with build_inspector(trust, clock, remember=True) as inspector:
        yield VerifyCopy(inspector=inspector, register=register, lists=lists)


def build_lists(trust: Path, clock: Clock, seen: Path | None) -> FolderLists:
    """Build the reader of a trust folder's signed lists.

    Raises:
        InvalidInput: not a trust folder.
    """
    if not any(Purpose.CHAIN not in a.purposes for a in read_anchors(trust)):
        raise InvalidInput(
            field=f"Thư mục tin cậy {trust}", reason="không có chứng thư gốc"
        )
    memory = SeenSequences(seen) if seen is not None else None
    return FolderLists(trust, clock=clock, seen=memory)


def build_publisher(folder: DataFolder, clock: Clock) -> TrustPublisher:
    """Build what issues the signed lists; the key is opened when it is needed."""
    from signing.detached import sign_detached  # noqa: PLC0415 - see the docstring

    return TrustPublisher(
        trust=folder.trust,
        read=FolderLists(
            folder.trust, clock=clock, seen=SeenSequences(folder.trust_seen)
        ).read,
        sign=lambda data: sign_detached(data, open_roster_key(folder)),
        seen=SeenSequences(folder.trust_seen).highest,
        clock=clock,
    )


def build_signed_reports(folder: DataFolder, clock: Clock) -> SignedReports:
    """Build what signs verification reports; the key is opened when it is needed."""
    from signing.detached import sign_detached  # noqa: PLC0415 - see the docstring

    return SignedReports(
        sign=lambda data: sign_detached(data, open_report_key(folder)),
        mac_key=derive_key(read_service_key(folder.service_key), "report"),
        clock=clock,
    )


@contextmanager
def open_storage(
    folder: DataFolder, settings: Settings, clock: Clock | None = None
) -> Iterator[Storage]:
    """Open the database of a data folder, made or migrated where needed."""
    clock = clock or SystemClock()
    database = Database(f"sqlite:///{folder.database.absolute()}")
    try:
        database.migrate()
        yield Storage(
            people=SqlPeople(database=database, clock=clock),
            cases=SqlCases(database=database, clock=clock),
            records=SqlDeskRecords(database=database, clock=clock),
            register=SqlRegister(
                database=database,
                clock=clock,
                lease=settings.lease,
                book_kind=settings.book_kind,
                number_template=settings.number_template,
            ),
            renewals=SqlRenewals(database=database, lease=settings.lease),
            trail=SqlAuditTrail(database=database),
            api_keys=SqlApiKeys(database=database),
        )
    finally:
        database.close()


@contextmanager
def build_intake() -> Iterator[Intake]:
    """Build the reader of scans; it needs no data folder."""
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        runner.warm_up()
        yield SandboxedIntake(runner=runner)


@contextmanager
def build_inspector(
    trust: Path,
    clock: Clock,
    settings: Settings | None = None,
    *,
    remember: bool = False,
) -> Iterator[Inspector]:
    """Build the reader of signed files; it trusts what lies in one folder.

    Args:
        trust: the folder.
        clock: what "now" is.
        settings: None takes the defaults.
        remember: answer for minutes without reading the same bytes again; never for
            our own work, which is checked each time.
    """
    with IsolatedRunner(tasks=[INSPECT_TASK], preload=[INSPECT_MODULE]) as runner:
        runner.warm_up()
        yield SandboxedInspector(
            runner=runner,
            trust_dir=trust,
            revocation=RevocationClient(
                clock=clock, fetcher=_fetcher(trust, settings or Settings())
            ),
            clock=clock,
            memory=InspectionMemory(clock=clock) if remember else None,
        )


def _development_pki(plan: _Plan) -> PkiHost:
    """Answer for TSA, OCSP and CRL on the port that init chose."""
    from api.devpki import serve_if_free  # noqa: PLC0415 - see the module's docstring
    from keys.devpki.responders import DevelopmentPki  # noqa: PLC0415

    try:
        pki = DevelopmentPki(plan.folder.pki)
    except (OSError, ValueError) as error:
        raise StoredDataDamaged(what="hạ tầng khóa thử nghiệm") from error
    port = plan.choices.pki_port
    return PkiHost(lambda: serve_if_free(pki, clock=plan.clock, port=port))


@dataclass(frozen=True)
class _Outside:
    """Whom we trust and ask: one memory of outages and quotas for all who ask."""

    trust: TrustAnchors
    timestamp_trust: TrustAnchors
    timestamps: Timestamps
    revocation: RevocationClient


def _sealer(plan: _Plan, keys: DevelopmentKeys, outside: _Outside) -> "PadesSealer":
    """Load pictures and fonts; reach for TSA and revocation evidence when asked."""
    from signing.embed import FontPrograms  # noqa: PLC0415
    from signing.sealer import PadesSealer  # noqa: PLC0415

    return PadesSealer(
        keys=keys.signing,
        pictures=_pictures(plan),
        fonts=FontPrograms(plan.folder.cache),
        timestamps=outside.timestamps,
        revocation=outside.revocation,
        trust=outside.trust,
        clock=plan.clock,
    )


def _renewer(plan: _Plan, outside: _Outside) -> Renewer:
    from signing.renewer import PadesRenewer  # noqa: PLC0415

    return PadesRenewer(
        timestamps=outside.timestamps,
        revocation=outside.revocation,
        trust=outside.timestamp_trust,
        clock=plan.clock,
    )


def _renew_due(plan: _Plan, storage: Storage, renew: RenewCopy) -> RenewDue:
    return RenewDue(
        renewals=storage.renewals,
        renew=renew,
        sunsets=load_sunsets(plan.settings.sunsets_file),
        clock=plan.clock,
        within_months=plan.settings.renew_within_months,
    )


def _outside(plan: _Plan) -> _Outside:
    now = plan.clock.now()
    documents = (Purpose.SIGNATURE, Purpose.SEAL)
    timestamp_trust = load_trust_anchors(plan.folder.trust, now, Purpose.TIMESTAMP)
    return _Outside(
        trust=load_trust_anchors(plan.folder.trust, now, *documents),
        timestamp_trust=timestamp_trust,
        timestamps=_timestamps(plan, timestamp_trust),
        revocation=RevocationClient(
            clock=plan.clock,
            fetcher=_fetcher(plan.folder.trust, plan.settings),
            ocsp_max_age=plan.settings.ocsp_max_age,
        ),
    )


def _timestamps(plan: _Plan, trust: TrustAnchors) -> Timestamps:
    """Know the TSAs in the operator's order; the development one when there is none."""
    development = TsaChoice(url=f"{pki_address(plan.choices.pki_port)}/tsa")
    return Timestamps(
        [
            TimestampClient(
                settings=TimestampSettings(**tsa.arguments()),
                trust=trust,
                clock=plan.clock,
            )
            for tsa in plan.settings.tsas or (development,)
        ]
    )


def _fetcher(trust: Path, settings: Settings) -> Fetcher:
    """Reach the hosts that the operator named, and no other."""
    hosts = hosts_of(list_addresses(trust)) | settings.extra_hosts
    inside = settings.inside_networks
    if settings.env == "development":
        inside = (*inside, *LOOPBACK)
    return Fetcher(FetchPolicy(hosts=hosts, networks=inside))


def _pictures(plan: _Plan) -> Mapping[str, Picture]:
    """Load the pictures that init made, and only those."""
    pictures = {}
    for key_id, digest in plan.choices.picture_digests.items():
        file = plan.folder.pictures / f"{key_id}.png"
        try:
            intact = hashlib.sha256(file.read_bytes()).hexdigest() == digest
        except OSError as error:
            raise StoredDataDamaged(what=f"hình {file.name}") from error
        if not intact:
            raise StoredDataDamaged(what=f"hình {file.name}")
        pictures[key_id] = load_picture(file)
    return pictures
