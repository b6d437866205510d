"""The two acceptance runs of issue 3 on the whole service, at any size.

python -m tests.chaos.exactly_once --processes 2 --each 200 --after-backup 50
"""

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from api.data_folder import DataFolder
from api.initialise import initialise
from api.services import Services
from api.settings import Settings
from api.wiring import build_services
from certify.attestation import CertifiedCopy
from certify.clock import vietnamese_day
from certify.errors import NotFound
from certify.numbering import DEFAULT_BOOK_KIND
from certify.verify import Verdict
from tests.chaos.audit import audit, audited
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers, draw_paper


def race(folder: Path, processes: int, each: int) -> list[str]:
    """Several processes issue on one book; return every violation."""
    settings = _service(folder, {})
    services = build_services(settings)
    try:
        paper = folder / "paper.jpg"
        ids = list(compared_papers(services, paper, processes * each))
        confirm_shown(services, ids)
        spawn = get_context("spawn")
        workers = [
            spawn.Process(target=issue_all, args=(settings, ids[start::processes]))
            for start in range(processes)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ended = [worker.exitcode for worker in workers]
        found = [] if ended == [0] * processes else [f"workers ended with {ended}"]
        return [*found, *audit(services, ids, ids), *audited(settings)]
    finally:
        services.close()


def issue_all(settings: Settings, attestation_ids: Sequence[str]) -> None:
    """Issue these, as a worker process does."""
    services = build_services(settings)
    try:
        for attestation_id in attestation_ids:
            services.issue(attestation_id)
    finally:
        services.close()


def restore(folder: Path, after_backup: int, **chosen: Any) -> list[str]:
    """Back up, issue, restore, issue; return every violation.

    At the backup some papers are compared, confirmed or reserved that are issued
    afterwards; the others are of cases the backup does not know. One number is
    reserved after the backup and never comes to a file.
    """
    settings = _service(folder, chosen)
    old, forgotten = _first_life(settings, folder, after_backup)
    _restore(folder / "backup.db", DataFolder(settings.data).database)
    services = build_services(settings)
    try:
        result = services.reconcile()
        found = [] if len(result.recovered) == forgotten else ["not all recovered"]
        fresh = list(compared_papers(services, folder / "paper.jpg", 2))
        confirm_shown(services, fresh)
        new = [_issued(services, one) for one in (*fresh, *result.released)]
        return [*found, *_violations(services, old, new), *audited(settings)]
    finally:
        services.close()


def _first_life(
    settings: Settings, folder: Path, after_backup: int
) -> tuple[list[CertifiedCopy], int]:
    """Return all copies ever issued, and how many after the backup."""
    paper = folder / "paper.jpg"
    services = build_services(settings)
    try:
        known = list(compared_papers(services, paper, 6))
        confirm_shown(services, known[:5])
        before = [_issued(services, one) for one in known[:2]]
        _reserve(services, known[2])
        _backup(DataFolder(settings.data).database, folder / "backup.db")
        confirm_shown(services, known[5:])
        unknown = list(compared_papers(services, paper, after_backup - 2))
        confirm_shown(services, unknown)
        _reserve(services, known[3])  # a number that never comes to a file …
        later = (*known[4:], *unknown[1:], known[2])
        after = [_issued(services, one) for one in later]
        _reserve(services, unknown[0])  # … and one beyond the newest file
        return before + after, len(after)
    finally:
        services.close()


def _violations(
    services: Services, old: Sequence[CertifiedCopy], new: Sequence[CertifiedCopy]
) -> list[str]:
    found = []
    given = [copy.number.number for copy in (*old, *new)]
    if len(set(given)) != len(given):
        found.append(f"a number was given twice: {sorted(given)}")
    year = vietnamese_day(services.clock.now()).year
    rows = services.register.book(services.authority_id, DEFAULT_BOOK_KIND, year)
    numbers = [row.number.number for row in rows]
    if numbers != list(range(1, len(given) + 1)):
        found.append(f"the book is not 1…{len(given)}: {numbers}")
    for copy in (*old, *new):
        with services.work_folder() as folder:
            path = folder / "copy.pdf"
            services.archive.fetch(copy.newest.stored, path)
            report = services.verify(path)
        if report.verdict is not Verdict.OURS_IN_FORCE or report.copy is None:
            found.append(f"{copy.number.number}: {report.verdict} {report.problems}")
        elif report.copy.number != copy.number:
            found.append(f"{copy.number} became {report.copy.number}")
        code = copy.statement.verification_code
        if services.register.released(code) is None:
            found.append(f"the code of {copy.number.number} does not resolve")
    services.trail.check(services.authority_id)
    return found


def _service(folder: Path, chosen: Mapping[str, Any]) -> Settings:
    draw_paper(folder / "paper.jpg")
    settings = Settings(data=folder / "data", **chosen)
    initialise(settings)
    return settings


def _issued(services: Services, attestation_id: str) -> CertifiedCopy:
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        services.issue(attestation_id)
        copy = services.register.released_attestation(attestation_id)
    if copy is None:
        raise NotFound(what=attestation_id)
    return copy


def _reserve(services: Services, attestation_id: str) -> None:
    now = services.clock.now()
    lease = services.register.take(attestation_id, "interrupted", now).lease
    services.register.reserve(lease, now)
    services.register.give_back(lease, None)


def _backup(database: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def _restore(backup: Path, database: Path) -> None:
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, database)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both and print what they took; 0 without violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--after-backup", type=int, default=50)
    options = parser.parse_args(arguments)
    results = {}
    for name, run in (
        ("race", lambda f: race(f, options.processes, options.each)),
        ("restore", lambda f: restore(f, options.after_backup)),
    ):
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = run(Path(folder))
        seconds = round(time.monotonic() - started, 1)
        results[name] = {"violations": found, "seconds": seconds}
    print(json.dumps({**vars(options), **results}, indent=1))  # noqa: T201 - a tool
    return 1 if any(result["violations"] for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
