"""The audit, from settings to its parts."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from api.audit_memory import audit_file
from api.settings import Settings
from api.wiring.objects import build_archive
from api.wiring.plan import Plan, unmetered_plan
from api.wiring.public_trail import build_tree_part, register_parts
from api.wiring.stores import open_database
from api.wiring.verification import build_inspector
from api.work_folder import PrivateWorkFolder
from certify.auditing.editions import EditionsPart, InArchive
from certify.auditing.objects import ObjectsPart, VersionsPart
from certify.auditing.part import AuditPart
from certify.auditing.ports import AuditedArchive
from certify.auditing.run import RunAudit
from certify.clock import Clock, SystemClock
from certify.ports import Inspector, WorkFolder
from storage.auditing.editions import SqlAuditedEditions
from storage.database import Database


@contextmanager
def build_audit(
    settings: Settings, *, quick: bool = False, clock: Clock | None = None
) -> Iterator[RunAudit]:
    """Build the audit of an initialised data folder: it uses no keys.

    Args:
        settings: name the data folder, the database and the archive.
        quick: without child processes; signatures are passed over.
        clock: None takes the machine's.

    Raises:
        InvalidInput: not initialised; or see `build_archive`.
        WrongState: another audit runs on this data folder.
    """
    plan = unmetered_plan(settings, clock or SystemClock())
    folder, clock = plan.folder, plan.clock
    with ExitStack() as stack:
        memory = stack.enter_context(audit_file(folder.audit_state))
        database = open_database(folder, settings)
        stack.callback(database.close)
        database.migrate()
        inspector = None
        if not quick:
            inspector = stack.enter_context(
                build_inspector(folder.trust, clock, settings)
            )
        parts = audit_parts(
            plan,
            database,
            archive=build_archive(settings, folder, plan.keys),
            inspector=inspector,
            work_folder=PrivateWorkFolder(folder.work),
        )
        yield RunAudit(parts=parts, memory=memory, clock=clock, quick=quick)


def audit_parts(
    plan: Plan,
    database: Database,
    *,
    archive: AuditedArchive,
    inspector: Inspector | None,
    work_folder: WorkFolder,
) -> Sequence[AuditPart]:
    """Return the parts in the order in which they are walked; add yours here."""
    editions = SqlAuditedEditions(database=database)
    return (
        build_tree_part(plan.folder, database),
        *register_parts(database),
        VersionsPart(archive=archive),
        ObjectsPart(archive=archive, known=editions, work_folder=work_folder),
        EditionsPart(
            editions=editions,
            in_archive=InArchive(
                archive=archive,
                inspector=inspector,
                clock=plan.clock,
                work_folder=work_folder,
                retention=plan.settings.retention,
            ),
        ),
    )
