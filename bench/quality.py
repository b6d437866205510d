"""Recall and false alarms of the scan quality checks: `python -m bench.quality`.

Every labelled document is a PDF and goes through the whole of intake's reading, as
the child does it. What counts is what is said of its last page.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from certify.intake.child import read_scan
from tests.support.labelled_pages import FAULTS, SAME_FORM, labelled, labels

PAGES = 1020
QUICK_PAGES = 17
SEED = 4
LEAST_RECALL = 0.95
MOST_FALSE = 0.02
_CHUNK = 4


@dataclass(frozen=True)
class Judged:
    """A labelled page, the faults intake found on it, and how it was made."""

    label: str
    found: frozenset[str]
    detail: str

    @property
    def wrong(self) -> bool:
        """A fault was missed, or found where it is not."""
        return self.found != ({self.label} & FAULTS.keys())


@dataclass
class Table:
    """How often each fault was there, was found, and was found where it was not."""

    pages: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    forms_mistaken: int = 0

    def add(self, judged: Judged) -> None:
        self.pages[judged.label] += 1
        for fault in judged.found:
            (self.found if fault == judged.label else self.false)[fault] += 1
        if judged.label == SAME_FORM:
            self.forms_mistaken += "duplicate" in judged.found

    def recall(self, fault: str) -> float:
        return self.found[fault] / self.pages[fault]

    def false_alarms(self, fault: str) -> float:
        return self.false[fault] / (self.pages.total() - self.pages[fault])

    @property
    def good_enough(self) -> bool:
        return all(
            self.recall(fault) >= LEAST_RECALL
            and self.false_alarms(fault) <= MOST_FALSE
            for fault in FAULTS
        )

    def figures(self) -> dict[str, dict[str, float]]:
        """By fault, for results.json."""
        return {
            fault: {
                "pages": self.pages[fault],
                "recall": self.recall(fault),
                "false_alarms": self.false_alarms(fault),
            }
            for fault in FAULTS
        }

    def lines(self) -> Iterator[str]:
        """Markdown for the page of results."""
        yield "| fault | pages | recall | false alarms on the other pages |"
        yield "|---|---:|---:|---:|"
        for fault in FAULTS:
            recall, false = self.recall(fault), self.false_alarms(fault)
            yield f"| {fault} | {self.pages[fault]} | {recall:.1%} | {false:.2%} |"
        clean = self.pages.total() - sum(self.pages[fault] for fault in FAULTS)
        yield ""
        yield (
            f"{self.pages.total()} pages, {clean} of them without fault; of "
            f"{self.pages[SAME_FORM]} pages behind another copy of the same form "
            f"{self.forms_mistaken} were called a duplicate."
        )


def judge(number: int, label: str, *, seed: int) -> Judged:
    """Make document `number` and read it."""
    document = labelled(number, label, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.pdf"
        path.write_bytes(document.pdf)
        findings = read_scan(str(path), None, folder)["findings"]
    said = {f["code"] for f in findings if f["page"] in (None, document.pages)}
    found = frozenset(fault for fault, codes in FAULTS.items() if codes & said)
    return Judged(label, found, document.detail)


def judgements(count: int, *, seed: int, workers: int = 1) -> Iterator[Judged]:
    """Judge the first `count` documents of a seed."""
    numbers, wanted, seeds = range(count), labels(count), [seed] * count
    if workers == 1:
        yield from map(_judge, numbers, wanted, seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_judge, numbers, wanted, seeds, chunksize=_CHUNK)


def _judge(number: int, label: str, seed: int) -> Judged:
    return judge(number, label, seed=seed)


def measure(judged: Iterable[Judged]) -> Table:
    table = Table()
    for one in judged:
        table.add(one)
        if one.wrong:
            found = ", ".join(sorted(one.found)) or "nothing"
            print(f"{one.label}: found {found} ({one.detail})", file=sys.stderr)
    return table


def run(count: int, *, seed: int = SEED) -> Table:
    """Measure on all processors."""
    return measure(judgements(count, seed=seed, workers=os.cpu_count() or 1))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality", description=__doc__
    )
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    table = run(arguments.pages, seed=arguments.seed)
    print("\n".join(table.lines()))
    return 0 if table.good_enough else 1


if __name__ == "__main__":
    sys.exit(main())
