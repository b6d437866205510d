"""The count over all runs, and every input that failed, kept outside the tree."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.batch import Result
from tests.fuzz.target import Case

KEPT_PER_CAUSE = 3


class Ledger:
    """What one target has seen; written after every batch."""

    def __init__(self, folder: Path, target: str, seed: int) -> None:
        self._folder = folder / target
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = self._folder / "ledger.json"
        self._seed = seed
        self.state: dict[str, Any] = {
            "inputs": 0,
            "isolated": 0,
            "seconds": 0.0,
            "cpu_seconds": 0.0,
            "next": {},
            "families": {},
            "isolated_answers": {},
            "died": {},
            "slowest_seconds": 0.0,
            "peak_mib": 0,
            "failures": [],
            "fixed": [],
        }
        if self._file.exists():
            self.state = json.loads(self._file.read_text(encoding="utf-8"))

    @property
    def next(self) -> int:
        """The first number of this seed that was not tried."""
        return int(self.state["next"].get(str(self._seed), 0))

    def note(self, result: Result) -> None:
        """Count one input of the batch worker."""
        state = self.state
        state["inputs"] += 1
        answers = state["families"].setdefault(result.family, {})
        state["cpu_seconds"] = state.get("cpu_seconds", 0.0) + result.seconds
        answer = result.answer or (f"died: {result.died}" if result.died else "failed")
        answers[answer] = answers.get(answer, 0) + 1
        state["slowest_seconds"] = max(state["slowest_seconds"], result.seconds)
        state["peak_mib"] = max(state["peak_mib"], result.peak_mib)

    def note_isolated(self, case: Case, answer: str, *, died: str = "") -> None:
        """Count one input that went through the real runner."""
        self.state["isolated"] += 1
        table = self.state["isolated_answers"]
        table[answer] = table.get(answer, 0) + 1
        if died:
            row = self.state["died"].setdefault(
                f"{died} -> {answer}", {"count": 0, "files": []}
            )
            row["count"] += 1
            if len(row["files"]) < KEPT_PER_CAUSE:
                row["files"].append(self._keep(case))

    def fail(self, case: Case, what: str) -> None:
        """Keep the input; a few of each cause are enough."""
        cause = _cause(what)
        known = [f for f in self.state["failures"] if f["cause"] == cause]
        if len(known) >= KEPT_PER_CAUSE:
            known[0]["more"] += 1
            return
        self.state["failures"].append(
            {
                "cause": cause,
                "what": what,
                "seed": self._seed,
                "number": case.number,
                "family": case.family,
                "origin": case.origin,
                "stated_page_mm": case.stated_page_mm,
                "file": self._keep(case),
                "more": 0,
            }
        )

    def kept(self) -> Iterator[tuple[dict[str, Any], Case]]:
        """Every failure with its input, to be judged again."""
        for failure in list(self.state["failures"]):
            data = (self._folder / failure["file"]).read_bytes()
            stated = failure["stated_page_mm"]
            yield (
                failure,
                Case(
                    failure["number"],
                    failure["family"],
                    failure["origin"],
                    data,
                    tuple(stated) if stated else None,
                ),
            )

    def mark_fixed(self, failure: dict[str, Any]) -> None:
        """It passes now."""
        self.state["failures"].remove(failure)
        self.state["fixed"].append(failure)

    def write(self, *, following: int | None = None, seconds: float = 0.0) -> None:
        """Write the file, whole or not at all."""
        if following is not None:
            self.state["next"][str(self._seed)] = following
        self.state["seconds"] += seconds
        part = self._file.with_suffix(".part")
        part.write_text(
            json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        part.replace(self._file)

    def _keep(self, case: Case) -> str:
        name = f"{self._seed}-{case.number}-{hashlib.sha256(case.data).hexdigest()[:8]}"
        (self._folder / name).write_bytes(case.data)
        return name


def _cause(what: str) -> str:
    """The last line of a traceback and its place, without what differs each time."""
    lines = [line.strip() for line in what.strip().splitlines()]
    places = [line for line in lines if line.startswith("File ")]
    last = re.sub(r"\d+", "#", lines[-1])[:120]
    return f"{last} @ {places[-1].split('/')[-1]}" if places else last
