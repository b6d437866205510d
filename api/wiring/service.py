"""The service: reading `_assemble` tells what it is made of."""

import os
import secrets
import socket
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from api.annul_and_publish import AnnulAndPublish
from api.bundle import VerificationBundle
from api.development_keys import (
    open_development_confirmation,
)
from api.dispatch import keep_here
from api.issue_soon import IssueSoon
from api.legal_tables import read_legal_tables
from api.observe.archive import WatchedArchive
from api.observe.issuing import IssueWatch
from api.pki_host import PkiHost
from api.services import Services
from api.settings import Settings
from api.wiring.external_keys import StoredExchange, held_keys, verifies
from api.wiring.intake import build_intake
from api.wiring.keys import build_ring, record_development_keys
from api.wiring.objects import build_archive
from api.wiring.observed import build_plan
from api.wiring.outside import build_outside, build_renewer, build_sealer
from api.wiring.plan import Plan
from api.wiring.privacy import build_scan_store, purge_scans
from api.wiring.public_trail import build_publish_checkpoint, build_standing
from api.wiring.stores import Storage, open_storage
from api.wiring.verification import (
    build_inspector,
    build_lists,
    build_publisher,
    build_signed_reports,
)
from api.work_folder import PrivateWorkFolder
from certify.annul import AnnulCopy
from certify.clock import Clock, SystemClock
from certify.close_year import CloseYear
from certify.collect_signature import CollectSignature
from certify.desk import Desk, DeskRules
from certify.desk_papers import DeskPapers
from certify.errors import NotAllowed, StoredDataDamaged
from certify.heartbeat import Heartbeat
from certify.issue import IssueCopy
from certify.overdue import RaiseAlarms
from certify.ports import Inspector, Intake
from certify.protection import load_sunsets
from certify.reconcile import Reconcile
from certify.renew import RenewCopy
from certify.renew_due import RenewDue
from certify.replay import ReplayArchive
from certify.scan_desk import ScanDesk
from certify.scan_files import ScanFiles
from certify.trail_proof import ProveTrail
from certify.verify import VerifyCopy
from certify.void import VoidNumber
from signing.chain import stored_certificates
from signing.confirmer import SoftwareConfirmer

MISSING_IN_PRODUCTION = (
    "bản chính thức chưa phát hành được vì còn thiếu: đăng nhập của cán bộ, xác nhận "
    "WebAuthn của người ký, khởi tạo dữ liệu và khóa ký danh bạ chính thức. Đã dùng "
    "được: các lệnh certify keys"
)


def build_services(
    settings: Settings,
    clock: Clock | None = None,
    *,
    public: bool = False,
    desk: bool = True,
) -> Services:
    """Build the service on an initialised data folder.

    Args:
        settings: already checked.
        clock: None takes the machine's.
        public: strangers send files: they are judged by children of their own
            zygote, so that a flood of them never keeps a copy from being issued.
        desk: officers bring scans: the process that reads them is started at once.

    Raises:
        InvalidInput: not initialised, or another program has the PKI's port.
        NotAllowed: production; see `MISSING_IN_PRODUCTION`.
        CertifyError: what is stored is damaged or out of reach.
    """
    if settings.env != "development":
        raise NotAllowed(reason=MISSING_IN_PRODUCTION)
    plan = build_plan(settings, clock or SystemClock())
    folder = plan.folder
    with ExitStack() as stack:
        stack.enter_context(_development_pki(plan))
        storage = stack.enter_context(open_storage(folder, settings, plan.clock))
        intake = stack.enter_context(build_intake(at_once=desk))
        inspector = stack.enter_context(
            build_inspector(folder.trust, plan.clock, settings)
        )
        strangers = inspector
        if public:
            strangers = stack.enter_context(
                build_inspector(folder.trust, plan.clock, settings, remember=True)
            )
        lists = build_lists(folder.trust, plan.clock, folder.trust_seen)
        verify = VerifyCopy(
            inspector=strangers,
            register=storage.register,
            lists=lists,
            trail=build_standing(folder, storage),
        )
        return _assemble(plan, storage, intake, inspector, verify, stack)


def _assemble(
    plan: Plan,
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
    record_development_keys(plan, storage.signing_keys)
    outside = build_outside(plan)
    worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
    requests = storage.signature_requests
    exchange = StoredExchange(requests=requests, clock=clock, worker=worker)
    held = held_keys(settings, exchange)
    ring = build_ring(plan, storage.signing_keys, held)
    sealer = build_sealer(plan, ring, outside)
    scans = build_scan_store(plan)
    archive = WatchedArchive(
        build_archive(settings, plan.folder, plan.keys), meter=plan.meter
    )
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
        service_keys=plan.keys("enrolment"),
        base_url=settings.base_url or choices.base_url,
        worker=worker,
        heartbeat=Heartbeat(settings.lease),
        number_template=settings.number_template,
        retention=settings.retention,
        watch=IssueWatch(meter=plan.meter),
    )
    publisher = build_publisher(plan.folder, clock)
    desk = Desk(
        people=storage.people,
        cases=storage.cases,
        sealer=sealer,
        confirmer=SoftwareConfirmer(
            keys={choices.signatory_id: open_development_confirmation(plan.folder)}
        ),
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
        confirmed=keep_here,
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
                renewer=build_renewer(plan, outside),
                inspector=inspector,
                clock=clock,
                work_folder=work_folder,
                sunsets=load_sunsets(settings.sunsets_file),
                worker=worker,
                heartbeat=Heartbeat(settings.lease),
                retention=settings.retention,
            ),
        ),
        purge_scans=purge_scans(plan, storage, scans),
        raise_alarms=RaiseAlarms(alarms=storage.deadline_alarms, clock=clock),
        deadline_alarms=storage.deadline_alarms,
        rounds=storage.rounds,
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
        publish_checkpoint=build_publish_checkpoint(plan, storage, outside),
        prove_trail=ProveTrail(tree=storage.tree),
        close_year=CloseYear(
            people=storage.people,
            register=storage.register,
            clock=clock,
            book_kind=settings.book_kind,
        ),
        condition=sealer.condition,
        collect=CollectSignature(
            requests=requests,
            people=storage.people,
            cases=storage.cases,
            clock=clock,
            verifies=partial(verifies, held),
        ),
        external_keys=frozenset(held),
        issue_soon=IssueSoon(issue),
        work_folder=work_folder,
        about_database=storage.about,
        overview=storage.overview,
        clocks=plan.clocks,
        places=plan.folder.places,
        meter=plan.meter,
        authority_id=choices.authority_id,
        officer_id=choices.officer_id,
        signatory_id=choices.signatory_id,
        worker=worker,
        api_keys=storage.api_keys,
        close=stack.pop_all().close,
    )


def _renew_due(plan: Plan, storage: Storage, renew: RenewCopy) -> RenewDue:
    return RenewDue(
        renewals=storage.renewals,
        renew=renew,
        sunsets=load_sunsets(plan.settings.sunsets_file),
        clock=plan.clock,
        within_months=plan.settings.renew_within_months,
    )


def _development_pki(plan: Plan) -> PkiHost:
    """Answer for TSA, OCSP and CRL on the port that init chose."""
    from api.devpki import serve_if_free  # noqa: PLC0415 - see the module's docstring
    from keys.devpki.responders import DevelopmentPki  # noqa: PLC0415

    try:
        pki = DevelopmentPki(plan.folder.pki)
    except (OSError, ValueError) as error:
        raise StoredDataDamaged(what="hạ tầng khóa thử nghiệm") from error
    port = plan.choices.pki_port
    return PkiHost(lambda: serve_if_free(pki, clock=plan.clock, port=port))
