"""From command line options to what a command works with, closed again at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.cli.terminal import Terminal
from api.core_dumps import forbid_core_dumps
from api.data_folder import DataFolder
from api.legal_tables import read_legal_tables
from api.services import Services
from api.settings import Settings
from api.wiring import build_services, build_standing, build_verifier, open_storage
from certify.clock import SystemClock
from certify.desk_papers import DeskPapers, DeskRecords
from certify.ports import Cases
from certify.verify import VerifyCopy


@contextmanager
def running_services(
    settings: Settings,
    terminal: Terminal,
    *,
    make_data: bool = False,
    public: bool = False,
    desk: bool = True,
) -> Iterator[Services]:
    """Build the service on a data folder, in a process that leaves no core dump.

    Args:
        settings: already checked.
        terminal: told when a new data folder is made.
        make_data: initialise a missing development data folder first.
        public: strangers send files; see `build_services`.
        desk: officers bring scans; see there too.
    """
    if make_data and not DataFolder(settings.data).initialised:
        from api.initialise import initialise  # noqa: PLC0415 - draws pictures: slow

        terminal.note(
            f"Chưa có dữ liệu, đang tạo môi trường thử nghiệm: {settings.data}"
        )
        initialise(settings)
    forbid_core_dumps()  # from here on keys and PINs are in memory
    services = build_services(settings, public=public, desk=desk)
    try:
        yield services
    finally:
        services.close()


@contextmanager
def verifier(settings: Settings, trust: Path | None) -> Iterator[VerifyCopy]:
    """Build verification: offline on a trust folder, or with our own register.

    Raises:
        InvalidInput: not a trust folder, or no data folder to look into.
    """
    if trust is not None:
        # Where this machine has a data folder, it remembers the newest lists it met.
        own = DataFolder(settings.data)
        seen = own.trust_seen if own.initialised else None
        with build_verifier(trust, seen=seen) as judge:
            yield judge
        return
    folder = DataFolder(settings.data)
    folder.choices()
    with (
        open_storage(folder, settings) as storage,
        build_verifier(
            folder.trust,
            storage.register,
            seen=folder.trust_seen,
            trail=build_standing(folder, storage),
        ) as judge,
    ):
        yield judge


@dataclass(frozen=True)
class PaperDesk:
    """What refusing and reporting need: no keys, no child processes."""

    papers: DeskPapers
    cases: Cases
    records: DeskRecords
    authority_id: str
    officer_id: str


@contextmanager
def paper_desk(settings: Settings) -> Iterator[PaperDesk]:
    """Build the desk of the development officer on an initialised data folder.

    Raises:
        InvalidInput: not initialised, or an edited table cannot be used.
    """
    folder = DataFolder(settings.data)
    choices, tables = folder.choices(), read_legal_tables(folder.path)
    with open_storage(folder, settings) as storage:
        papers = DeskPapers(
            people=storage.people,
            cases=storage.cases,
            records=storage.records,
            tables=tables,
            clock=SystemClock(),
        )
        yield PaperDesk(
            papers=papers,
            cases=storage.cases,
            records=storage.records,
            authority_id=choices.authority_id,
            officer_id=choices.officer_id,
        )


def has_cases(settings: Settings) -> bool:
    """Tell whether somebody has worked on this data, without building the service."""
    folder = DataFolder(settings.data)
    if not folder.initialised:
        return False
    with open_storage(folder, settings) as storage:
        return storage.cases.count_cases(folder.choices().authority_id) > 0
