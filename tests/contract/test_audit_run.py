"""An audit that was stopped goes on where it was, and says the same in the end."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typing_extensions import override

from api.audit_memory import audit_file
from api.cli import audit as audit_command
from api.cli.terminal import Terminal
from certify.attestation import StoredObject
from certify.auditing import run as audit_run
from certify.auditing.finding import Finding
from certify.auditing.run import AuditReport, RunAudit
from certify.errors import ServiceUnavailable, WrongState
from certify.evidence import FOLDER
from storage.archive.folder import FolderArchive
from storage.database import Database
from tests.support.audit_world import AuditWorld
from tests.support.fields import FIELDS
from tests.support.processes import ARCHIVE_KEY
from tests.support.tampering import tamper

COPIES = 4


class FailingArchive(FolderArchive):
    """Fails when so many copies have been read; forgets that it did."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, key=ARCHIVE_KEY)
        self.read: list[str] = []
        self.failure: BaseException | None = None
        self.fails_after = 0

    @override
    def fetch(self, stored: StoredObject, target: Path) -> None:
        is_copy = not stored.key.startswith(FOLDER)
        if self.failure and is_copy and len(self.read) == self.fails_after:
            failure, self.failure = self.failure, None
            raise failure
        super().fetch(stored, target)
        self.read += [stored.sha256] * is_copy


@pytest.fixture
def world(tmp_path: Path, migrated_file: Path) -> Iterator[AuditWorld]:
    """Four copies without discarded attempts, and a wrong column in the book."""
    shutil.copy(migrated_file, tmp_path / "register.db")
    with closing(
        Database(f"sqlite:///{tmp_path / 'register.db'}", fields=FIELDS)
    ) as database:
        world = AuditWorld(tmp_path, database, FailingArchive(tmp_path / "archive"))
        for _ in range(COPIES):
            world.issue()
        tamper(database, "UPDATE book_rows SET title = 'X' WHERE number = 2")
        yield world


def audit(world: AuditWorld, *, anew: bool = False, quick: bool = True) -> AuditReport:
    with audit_file(world.folder / "state") as memory:
        run = RunAudit(
            parts=world.parts(), memory=memory, clock=world.clock, quick=quick
        )
        return run(anew=anew)


def stop_at(world: AuditWorld, copies: int, failure: BaseException) -> FailingArchive:
    """Let the next run fail in its last part, after so many copies."""
    archive = world.archive
    assert isinstance(archive, FailingArchive)
    # The part before it reads the files of discarded attempts.
    archive.read, archive.failure = [], failure
    archive.fails_after = COPIES + copies
    return archive


WRONG = ("numbers", Finding("number.row", "muong-te/SCTĐT/BS/2026/2"))


@pytest.mark.parametrize(
    ("failure", "stopped_by"),
    [
        (ServiceUnavailable(service="Kho lưu trữ"), "service.unavailable"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_a_run_goes_on_where_it_stopped(
    world: AuditWorld, failure: BaseException, stopped_by: str
) -> None:
    archive = stop_at(world, 2, failure)
    first = audit(world)
    assert (first.stopped_by, first.is_complete) == (stopped_by, False)
    assert first.state.findings == [WRONG]
    assert first.state.looked_at["editions"] == 2
    before, archive.read = archive.read, []
    second = audit(world)
    assert (second.resumed, second.is_complete, second.faults) == (True, True, 1)
    assert second.state.findings == [WRONG]
    assert second.state.started_at == first.state.started_at
    assert len(archive.read) == 2
    assert not set(archive.read) & set(before[COPIES:])
    whole = audit(world)
    assert not whole.resumed
    assert whole.state.looked_at == second.state.looked_at


def test_a_state_that_was_torn_anywhere_leads_to_the_same_report(
    world: AuditWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_run, "SAVE_EVERY_SECONDS", 0.0)
    whole = audit(world).state
    stop_at(world, 3, KeyboardInterrupt())
    audit(world)
    state = world.folder / "state"
    content = state.read_bytes()
    for end in range(0, len(content), len(content) // 12):
        state.write_bytes(content[:end])
        again = audit(world)
        assert again.is_complete
        assert again.resumed == (content[:end].count(b"\n") > 1)
        assert again.state.findings == whole.findings
        assert again.state.looked_at == whole.looked_at
        assert not state.read_bytes()


def test_what_nobody_could_read_is_counted(
    world: AuditWorld,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On a database that is wrong throughout; stopped and torn as any other run."""
    monkeypatch.setattr(audit_run, "MOST_LISTED", 2)
    monkeypatch.setattr(audit_run, "SAVE_EVERY_SECONDS", 0.0)
    tamper(world.database, "UPDATE book_rows SET title = 'X'")
    stop_at(world, 2, KeyboardInterrupt())
    audit(world)
    for report in (audit(world), audit(world)):
        assert [one for _, one in report.state.findings] == [
            Finding("number.row", f"muong-te/SCTĐT/BS/2026/{n}") for n in (1, 2)
        ]
        assert report.state.unlisted == {"numbers": {"number.row": COPIES - 2}}
        assert (report.faults, report.is_complete) == (COPIES, True)
    titles = {part.name: part.title for part in world.parts()}
    audit_command._say(report, titles, Terminal(as_json=False))
    assert "… và 2 mục nữa" in capsys.readouterr().out


def test_another_kind_of_run_begins_anew(world: AuditWorld) -> None:
    for again in ({"anew": True}, {"quick": False}):
        stop_at(world, 2, KeyboardInterrupt())
        audit(world)
        assert not audit(world, **again).resumed


def test_one_audit_at_a_time(world: AuditWorld) -> None:
    with audit_file(world.folder / "state"), pytest.raises(WrongState, match="khác"):
        audit(world)
