"""Fuzzes intake and the verifier; seeded, time-boxed, cumulative.

    python -m tests.fuzz.run --seconds 180 --ledger ledgers/fuzz

Inputs are made from small sound files by changes that know the formats. Most are
judged in a forked worker, one in 53 through the real isolated runner. The ledger
counts over all runs and keeps every input that failed; the next run tries those first.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.fuzz.batch import Result, run_batch
from tests.fuzz.intake import IntakeTarget
from tests.fuzz.ledger import Ledger
from tests.fuzz.target import Broken, Case, Target
from tests.fuzz.verifier import VerifierTarget

BATCH = 500
ISOLATED_EVERY = 53  # a prime, so that every family comes along
SHOWN = 5  # of a family's answers
MAKERS: dict[str, Callable[..., Target]] = {
    "intake": IntakeTarget,
    "verifier": VerifierTarget,
}


class Fuzzing:
    """One target, one ledger, until the time is up."""

    def __init__(self, target: Target, ledger: Ledger, folder: Path) -> None:
        self._target = target
        self._ledger = ledger
        self._folder = folder

    def again(self) -> None:
        """Judge once more what failed before; move what passes now."""
        for failure, case in self._ledger.kept():
            results = run_batch(self._target, [lambda case=case: case], self._folder)
            if all(self._passes(result, case) for result in results):
                self._ledger.mark_fixed(failure)
        self._ledger.write()

    def _passes(self, result: Result, case: Case) -> bool:
        if result.failure:
            return False
        try:
            self._isolated(case)
        except Broken:
            return False
        return True

    def run(self, *, seconds: float, count: int) -> None:
        """Try inputs until the time is up or so many are done."""
        end = time.monotonic() + seconds
        while count > 0 and time.monotonic() < end:
            done = self._batch(min(BATCH, count), end)
            count -= done

    def _batch(self, count: int, end: float) -> int:
        started = time.monotonic()
        first = self._ledger.next
        makers = [partial(self._target.make, first + n) for n in range(count)]
        done = 0
        for result in run_batch(self._target, makers, self._folder):
            done += 1
            self._note(result)
            if time.monotonic() > end:
                break
        following = first + done
        for number in range(first, following):
            if number % ISOLATED_EVERY == 0:
                self._through_the_runner(self._target.make(number))
        self._ledger.write(following=following, seconds=time.monotonic() - started)
        return done

    def _note(self, result: Result) -> None:
        self._ledger.note(result)
        if result.died:
            self._through_the_runner(self._died_of(result), died=result.died)
        elif result.failure:
            self._ledger.fail(self._target.make(result.number), result.failure)

    def _died_of(self, result: Result) -> Case:
        """The input as the worker wrote it: making it again might kill us too."""
        data = (self._folder / "input").read_bytes()
        return Case(result.number, result.family, "?", data)

    def _through_the_runner(self, case: Case, *, died: str = "") -> None:
        try:
            answer = self._isolated(case)
        except Broken as broken:
            self._ledger.fail(case, f"{broken} ({died or 'isolated'})")
        else:
            self._ledger.note_isolated(case, answer, died=died)

    def _isolated(self, case: Case) -> str:
        path = self._folder / "isolated-input"
        path.write_bytes(case.data)
        workdir = self._folder / "isolated"
        shutil.rmtree(workdir, ignore_errors=True)
        workdir.mkdir()
        return self._target.judge_isolated(case, path, workdir)


def fuzz(
    name: str, *, ledger_folder: Path, seed: int, seconds: float, count: int
) -> Ledger:
    """Fuzz one target."""
    ledger = Ledger(ledger_folder, name, seed)
    with tempfile.TemporaryDirectory(dir=ledger_folder, prefix="work-") as folder:
        target = MAKERS[name](seed=seed, folder=ledger_folder / name)
        try:
            fuzzing = Fuzzing(target, ledger, Path(folder))
            fuzzing.again()
            fuzzing.run(seconds=seconds, count=count)
        finally:
            target.close()
    return ledger


def summary(name: str, ledger: Ledger) -> str:
    """A line per family, then the totals."""
    state = ledger.state
    died = sum(row["count"] for row in state["died"].values())
    lines = [
        f"{name}: {family:16} {sum(answers.values()):7} "
        + ", ".join(
            f"{n} {a}" for a, n in sorted(answers.items(), key=lambda i: -i[1])[:6]
        )
        for family, answers in sorted(state["families"].items())
    ]
    lines.append(
        f"{name}: {state['inputs']} inputs, {state['isolated']} of them isolated, "
        f"{len(state['failures'])} failures open, {len(state['fixed'])} fixed, "
        f"{died} ended the worker and have a name, "
        f"slowest {state['slowest_seconds']:.1f} s, peak {state['peak_mib']} MiB, "
        f"{state['seconds']:.0f} s"
    )
    lines += [f"{name}: FAILED {f['cause']}: {f['file']}" for f in state["failures"]]
    return "\n".join(lines)


def _most_frequent(answers: Mapping[str, int]) -> str:
    rows = sorted(answers.items(), key=lambda row: -row[1])[:SHOWN]
    return ", ".join(f"{count} {answer}" for answer, count in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; 0 only if the ledger knows no open failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=[*MAKERS, "all"], default="all")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ledger", type=Path, default=Path("ledgers/fuzz"))
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and clean up
    options.ledger.mkdir(parents=True, exist_ok=True)
    names = list(MAKERS) if options.target == "all" else [options.target]
    open_failures = 0
    for name in names:
        ledger = fuzz(
            name,
            ledger_folder=options.ledger,
            seed=options.seed,
            seconds=options.seconds / len(names),
            count=options.count,
        )
        print(summary(name, ledger), flush=True)  # noqa: T201 - a command line tool
        open_failures += len(ledger.state["failures"])
    return 1 if open_failures else 0


if __name__ == "__main__":
    sys.exit(main())
