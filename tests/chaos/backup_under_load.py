"""A backup taken while processes issue, restored on empty machines.

python -m tests.chaos.backup_under_load --processes 2 --each 20 [--cluster]

Two machines: one whose archive survived, and one with the backup alone. Each must end
with a clean audit and a book 1…n, and never give a number to two copies it knows.
`--cluster` runs it on PostgreSQL and an S3 store instead of SQLite and a folder.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.data_folder import DataFolder
from api.initialise import initialise
from api.service_key import rotate_service_key
from api.services import Services
from api.settings import Settings
from api.wiring import (
    build_audit,
    build_backup,
    build_restore,
    build_services,
)
from certify.attestation import CertifiedCopy
from certify.clock import SystemClock, vietnamese_day
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Verdict
from tests.chaos.exactly_once import issue_all
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers, draw_paper
from tests.support.postgres import programs_of, serving
from tests.support.real import need
from tests.support.s3_buckets import fresh_bucket
from tests.support.seaweed import S3Server, kill, start_seaweed

WORDS = "một mật khẩu chỉ để thử nghiệm"
_WAIT_SECONDS = 180.0


class Later:
    """The clock of a machine that takes over when leases of the first are over."""

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(minutes=3)


@dataclass
class Found:
    """What a run saw; `violations` must stay empty."""

    violations: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def expect(self, fact: str, *, is_so: bool) -> None:
        if not is_so:
            self.violations.append(fact)


@dataclass(frozen=True)
class Machines:
    """Settings that differ between the first machine and the two empty ones."""

    first: dict[str, Any]
    survived: dict[str, Any]
    backup_only: dict[str, Any]


def run(folder: Path, machines: Machines, *, processes: int, each: int) -> Found:
    """Issue, back up in the middle, restore twice."""
    found = Found()
    passphrase = folder / "passphrase"
    passphrase.write_text(WORDS)
    passphrase.chmod(0o600)
    draw_paper(folder / "paper.jpg")

    def settings(name: str, chosen: dict[str, Any]) -> Settings:
        data = folder / name / "data"
        data.parent.mkdir()
        return Settings(data=data, backup_passphrase_file=passphrase, **chosen)

    first = settings("first", machines.first)
    initialise(first)
    # What is older than a rotation must come back too.
    rotate_service_key(DataFolder(first.data).service_key)
    issued = _issue_and_back_up(first, folder, processes, each, found)
    survived = settings("survived", machines.survived)
    if first.archive == "folder":
        shutil.copytree(first.data / "archive", survived.data / "archive")
    for name, empty in (
        ("survived", survived),
        ("backup only", settings("backup-only", machines.backup_only)),
    ):
        _on_an_empty_machine(name, empty, folder, issued, found)
    return found


def _issue_and_back_up(
    settings: Settings, folder: Path, processes: int, each: int, found: Found
) -> list[CertifiedCopy]:
    """Return every copy that was ever issued on the first machine."""
    services = build_services(settings)
    try:
        ids = list(compared_papers(services, folder / "paper.jpg", processes * each))
        confirm_shown(services, ids)
        spawn = get_context("spawn")
        workers = [
            spawn.Process(target=issue_all, args=(settings, ids[start::processes]))
            for start in range(processes)
        ]
        for worker in workers:
            worker.start()
        deadline = time.monotonic() + _WAIT_SECONDS
        while not services.register.released_files() and time.monotonic() < deadline:
            time.sleep(0.05)
        started = time.monotonic()
        with build_backup(settings, folder / "backup") as make:
            made = make()
        found.numbers["backup_seconds"] = round(time.monotonic() - started, 2)
        found.expect("all was read", is_so=not made.unreadable)
        for worker in workers:
            worker.join()
        ended = [worker.exitcode for worker in workers]
        found.expect(f"workers ended with {ended}", is_so=not any(ended))
        copies = [services.register.released_attestation(one) for one in ids]
        found.expect("all was issued", is_so=None not in copies)
        return [copy for copy in copies if copy is not None]
    finally:
        services.close()


def _on_an_empty_machine(
    name: str,
    settings: Settings,
    folder: Path,
    issued: Sequence[CertifiedCopy],
    found: Found,
) -> None:
    started = time.monotonic()
    restored = build_restore(settings)(folder / "backup")
    seconds = round(time.monotonic() - started, 2)
    services = build_services(settings, Later())
    try:
        before = services.register.released_files()
        result = services.reconcile()
        known = [c for c in issued if _is_known(services, c)]
        fresh = list(compared_papers(services, folder / "paper.jpg", 1))
        confirm_shown(services, fresh)
        for one in fresh:
            services.issue(one)
        _check(name, services, issued, known, found)
        released = len(services.register.released_files())
    finally:
        services.close()
    with build_audit(settings, clock=Later()) as audit:
        report = audit()
    clean = report.is_complete and not report.faults
    found.expect(f"{name}: the audit is clean: {report}", is_so=clean)
    found.numbers[name] = {
        "restore_seconds": seconds,
        "put_back": restored.put_back,
        "in_the_database": len(before),
        "beyond": len(restored.beyond),
        "recovered": len(result.recovered),
        "issued_again": len(result.released),
        "waiting": result.waiting,
        "released": released,
    }
    found.expect(f"{name}: nothing waits", is_so=not result.waiting)
    taken_under_load = len(before) < len(issued)
    found.expect(f"{name}: the backup was under load", is_so=taken_under_load)
    if name == "survived":
        found.expect("all are known", is_so=len(known) == len(issued))
        lost = len(issued) - len(before)
        again = len(result.recovered) + len(result.released)
        found.expect("all came back", is_so=again == lost)
        found.expect("none was signed again", is_so=released == len(issued) + 1)


def _is_known(services: Services, copy: CertifiedCopy) -> bool:
    return copy.newest.stored.sha256 in services.register.released_files()


def _check(
    name: str,
    services: Services,
    issued: Sequence[CertifiedCopy],
    known: Sequence[CertifiedCopy],
    found: Found,
) -> None:
    year = vietnamese_day(services.clock.now()).year
    rows = services.register.book(services.authority_id, DEFAULT_BOOK_KIND, year)
    numbers = [row.number.number for row in rows]
    whole = list(range(1, len(issued) + 2))
    found.expect(f"{name}: the book is {numbers}", is_so=numbers == whole)
    for copy in known:
        with services.work_folder() as work:
            path = work / "copy.pdf"
            services.archive.fetch(copy.newest.stored, path)
            report = services.verify(path)
        ours = report.verdict is Verdict.OURS_IN_FORCE and report.copy is not None
        found.expect(f"{name}: {copy.number.number}: {report.verdict}", is_so=ours)
        same = report.copy is not None and report.copy.number == copy.number
        found.expect(f"{name}: {copy.number.number} keeps its number", is_so=same)
    services.trail.check(services.authority_id)


def embedded() -> Machines:
    """SQLite and folders."""
    return Machines({}, {}, {})


@contextmanager
def cluster(folder: Path, server: S3Server, urls: Sequence[str]) -> Iterator[Machines]:
    """PostgreSQL and an S3 store: three databases, two buckets."""
    for name, text in (
        ("access", server.service.access),
        ("secret", server.service.secret),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)

    def chosen(url: str, bucket: str) -> dict[str, Any]:
        return {
            "database_url": SecretStr(url),
            "archive": "s3",
            "s3_endpoint": f"http://{server.endpoint}",
            "s3_bucket": bucket,
            "s3_access_key_file": folder / "access",
            "s3_secret_key_file": folder / "secret",
        }

    kept, new = fresh_bucket(server).name, fresh_bucket(server).name
    first, survived, backup_only = urls
    yield Machines(
        chosen(first, kept), chosen(survived, kept), chosen(backup_only, new)
    )


@contextmanager
def _servers(folder: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        postgres = stack.enter_context(serving(programs_of("postgresql15")))
        urls = [stack.enter_context(postgres.fresh(migrated=False)) for _ in range(3)]
        place = folder / "seaweed"
        place.mkdir()
        store, process = start_seaweed(need("weed"), place)
        stack.callback(kill, process)
        yield stack.enter_context(cluster(folder, store, urls))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print what was seen; 0 without violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--cluster", action="store_true")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        machines = embedded()
        if options.cluster:
            machines = stack.enter_context(_servers(folder))
        found = run(folder, machines, processes=options.processes, each=options.each)
    seen = vars(options) | vars(found)
    seen["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(seen, indent=1, ensure_ascii=False))  # noqa: T201 - a tool
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
