"""Faults at every step of real issuances: nothing lost, doubled, early or stuck."""

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from api.settings import Settings
from api.wiring import build_services
from certify.clock import vietnamese_day
from certify.numbering import DEFAULT_BOOK_KIND
from tests.chaos.audit import audit
from tests.chaos.exactly_once import race, restore
from tests.chaos.faults import Setup
from tests.support.real import need

ROOT = Path(__file__).resolve().parents[2]
SERVERS = Setup("postgresql15", "s3", "softhsm")
EMBEDDED = Setup()


@pytest.mark.parametrize("setup", [SERVERS, EMBEDDED])
def test_the_scattered_order_holds_every_fault_once(setup: Setup) -> None:
    order = setup.scattered()
    assert len(order) == len(set(order))
    assert set(order) == set(setup.catalogue())
    first = order[:60]
    assert {fault.kind for fault in first} == {
        *setup.at_a_point,
        *setup.killed_by_count,
    }
    assert {fault.step for fault in first} == set(range(11))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("setup", "count"), [(SERVERS, 60), (EMBEDDED, 10)])
def test_injections_leave_no_trace(setup: Setup, count: int, tmp_path: Path) -> None:
    """In a process of its own: it forks, and threads of other tests must not."""
    for component in ("initdb", "weed", "libsofthsm2.so"):
        need(component)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.chaos.run"),
            *(f"--count={count}", f"--data={tmp_path}", f"--database={setup.database}"),
            *(f"--archive={setup.archive}", f"--keys={setup.keys}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    state = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert state["injections"] == count
    assert (state["violations"], state["escaped"]) == ([], [])
    assert state["reached"] > 0.8 * count
    assert state["fates"]["-9"] > 0  # processes did die
    assert state["fates"]["4"] > 0  # and others did wait


@pytest.mark.timeout(300)
def test_two_processes_issue_on_one_book(tmp_path: Path) -> None:
    assert race(tmp_path, processes=2, each=10) == []
    assert _audit_with_a_stray_file(tmp_path) == ["orphan: stray/" + "0" * 64]


def _audit_with_a_stray_file(folder: Path) -> list[str]:
    """The audit names what neither register nor trail knows."""
    services = build_services(Settings(data=folder / "data"))
    try:
        stray = folder / "stray.pdf"
        stray.write_bytes(b"%PDF-1.7 of nobody")
        digest = hashlib.sha256(stray.read_bytes()).hexdigest()
        until = services.clock.now() + timedelta(days=1)
        services.archive.put_once("stray/" + "0" * 64, stray, digest, until)
        year = vietnamese_day(services.clock.now()).year
        authority = services.authority_id
        book = services.register.book(authority, DEFAULT_BOOK_KIND, year)
        return audit(services, [row.attestation_id for row in book], [])
    finally:
        services.close()


@pytest.mark.timeout(300)
def test_a_restored_backup_gives_no_number_twice(tmp_path: Path) -> None:
    assert restore(tmp_path, after_backup=8) == []
