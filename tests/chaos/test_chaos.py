"""Faults at every step of real issuances: nothing lost, doubled, early or stuck."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.exactly_once import race, restore
from tests.chaos.faults import AT_A_POINT, KILLED_BY_COUNT, catalogue, nth

ROOT = Path(__file__).resolve().parents[2]


def test_the_scattered_order_holds_every_fault_once() -> None:
    listed = catalogue()
    assert {nth(number) for number in range(len(listed))} == set(listed)
    first = {nth(number).kind for number in range(60)}
    assert first == {*AT_A_POINT, *KILLED_BY_COUNT}


@pytest.mark.timeout(600)
def test_sixty_injections_leave_no_trace(tmp_path: Path) -> None:
    """In a process of its own: it forks, and threads of other tests must not."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.run", "--count=60", f"--data={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    state = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert state["injections"] == 60
    assert (state["violations"], state["escaped"]) == ([], [])
    assert state["fates"]["-9"] > 5  # processes did die
    assert state["fates"]["4"] > 5  # and others did wait


@pytest.mark.timeout(300)
def test_two_processes_issue_on_one_book(tmp_path: Path) -> None:
    assert race(tmp_path, processes=2, each=15) == []


@pytest.mark.timeout(300)
def test_a_restored_backup_gives_no_number_twice(tmp_path: Path) -> None:
    assert restore(tmp_path, after_backup=8) == []
