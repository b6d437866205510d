"""A few hundred broken files meet both borders, and the harness itself is no dupe.

In processes of their own: they fork, and threads of other tests must not.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from signing.der import tlv
from tests.fuzz.chance import chance
from tests.fuzz.intake import FAMILIES as INTAKE_FAMILIES
from tests.fuzz.mutate import der
from tests.fuzz.mutate.pdf_file import Parts
from tests.fuzz.verifier import FAMILIES as VERIFIER_FAMILIES
from tests.support import scans

ROOT = Path(__file__).resolve().parents[2]
EACH = 112


def run(*words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def ledger(folder: Path, target: str) -> dict[str, Any]:
    file = folder / target / "ledger.json"
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return state


@pytest.mark.timeout(600)
def test_every_broken_file_gets_a_verdict(tmp_path: Path) -> None:
    limits = ("--seconds", 1000, "--count", EACH, "--ledger", tmp_path)
    run("tests.fuzz.run", "--seed", 7, *limits)
    for target, families in (
        ("intake", INTAKE_FAMILIES),
        ("verifier", VERIFIER_FAMILIES),
    ):
        state = ledger(tmp_path, target)
        assert state["inputs"] == EACH
        assert set(state["families"]) == set(families)
        assert (state["isolated"] >= 3, state["failures"]) == (True, [])
    more = ("--count", 5, "--ledger", tmp_path)
    run("tests.fuzz.run", "--seed", 7, "--target", "intake", *more)
    assert ledger(tmp_path, "intake")["inputs"] == EACH + 5  # it goes on


@pytest.mark.timeout(120)
def test_the_harness_notices_what_must_not_happen(tmp_path: Path) -> None:
    state = json.loads(run("tests.fuzz.misbehaving", tmp_path))
    causes = {f["family"]: f["cause"].split(" @ ")[0] for f in state["failures"]}
    # a busy machine may reach the wall limit before the other one
    assert {family: cause.split(" (")[0] for family, cause in causes.items()} == {
        "raises": "LookupError: what nobody expected",
        "says so": "the verdict is green",
        "segfault unnamed": "no name",
        "spins": "no name",
        "sleeps": "no name",
    }
    assert causes["segfault unnamed"] == "no name (SIGSEGV)"
    died = {words: row["count"] for words, row in state["died"].items()}
    assert died.pop("SIGSEGV -> named") == 1
    assert list(died.values()) == [1]  # memory
    assert state["inputs"] == 9
    for failure in state["failures"]:
        kept = tmp_path / "misbehaving" / failure["file"]
        assert kept.read_text() == failure["family"]


def test_a_file_taken_apart_and_put_together_is_the_same_page(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    again = tmp_path / "b.pdf"
    again.write_bytes(Parts.of(path.read_bytes()).write())
    (tmp_path / "w").mkdir()
    before, _ = scans.read(path, tmp_path)
    after, made = scans.read(again, tmp_path / "w")
    assert made is not None
    assert scans.codes(before) == scans.codes(after)


def test_a_tree_is_written_as_it_was_read_and_changes_keep_right_lengths() -> None:
    inner = tlv(0x30, tlv(0x02, b"\x05"), tlv(0x04, b"abc"), tlv(0x06, b"U\x04\x0a"))
    value = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x04, inner), tlv(0xA0, tlv(0x31)))
    root = der.read(value)
    assert root is not None
    assert root.write() == value
    changed = {der.change_der(value, chance("der", n)) for n in range(300)}
    assert len(changed) > 100
    sound = [v for v in changed if (r := der.read(v)) is not None and r.write() == v]
    assert len(sound) > len(changed) / 2
