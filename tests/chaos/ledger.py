"""What all runs together have injected and found; survives every end of a run."""

import json
import subprocess
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from certify.clock import SystemClock
from tests.chaos.faults import Fault, Setup

ROOT = Path(__file__).resolve().parents[2]
_EMPTY: dict[str, Any] = {
    "injections": 0,
    "reached": 0,
    "seconds": 0.0,
    "slow_rounds": 0,
    "by_kind": {},
    "by_step": {},
    "fates": {},
    "violations": [],
    "escaped": [],
    "stretches": [],
}


class Ledger:
    """Counts in a JSON file, replaced as a whole after each batch.

    `reached` are the injections whose fault did strike: one that waits for the
    occasion of a call that never comes is counted as an injection only. `slow_rounds`
    are recoveries that the machine had no time for: they were tried again.
    """

    def __init__(self, path: Path, setup: Setup) -> None:
        """Go on where the last run ended; each run is a stretch of its own."""
        self._path = path
        self.state = json.loads(json.dumps(_EMPTY))
        if path.exists():
            self.state |= json.loads(path.read_text(encoding="utf-8"))
        self.state["stretches"].append(
            {
                "revision": _revision(),
                "begun": SystemClock().now().isoformat(timespec="seconds"),
                **asdict(setup),
                "injections": 0,
            }
        )

    @property
    def injections(self) -> int:
        return int(self.state["injections"])

    def injected(self, fault: Fault, fate: str, *, reached: bool) -> None:
        """Note one injection."""
        self._count("fates", fate)
        self._count("by_kind", fault.kind)
        self._count("by_step", str(fault.step))
        self.state["injections"] += 1
        self.state["reached"] += reached
        self.state["stretches"][-1]["injections"] += 1

    def violated(self, faults: list[Fault], found: str) -> None:
        """Note what must not be."""
        names = [fault.name for fault in faults]
        revision = self.state["stretches"][-1]["revision"]
        self.state["violations"].append(
            {"revision": revision, "faults": names, "found": found}
        )

    def escaped(self, fault: Fault) -> None:
        """Note an error that is not one of the house."""
        self.state["escaped"].append(fault.name)

    def was_slow(self) -> None:
        """Note a recovery that says nothing."""
        self.state["slow_rounds"] += 1

    @property
    def is_clean(self) -> bool:
        return not self.state["violations"] and not self.state["escaped"]

    def write(self, seconds: float) -> None:
        """Keep it on disk."""
        self.state["seconds"] = round(self.state["seconds"] + seconds, 1)
        part = self._path.with_suffix(".part")
        part.write_text(
            json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        part.replace(self._path)

    def _count(self, table: str, key: str) -> None:
        self.state[table] = dict(Counter(self.state[table]) + Counter({key: 1}))


def _revision() -> str:
    """The commit under test, "+" when the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
