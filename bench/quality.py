"""Recall and false alarms of the scan quality checks: `python -m bench.quality`.

Each labelled page is measured as intake measures it, behind a good first page.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from certify.intake.checks import CHECKS
from certify.intake.checks.check import run_checks
from certify.intake.facts import Conversion, DocumentFacts, Kind, PageLook
from certify.intake.look import look_at
from certify.intake.picture import Picture
from tests.support.labelled_pages import FAULTS, LabelledPage, labelled_pages

PAGES = 1000
SEED = 4
LEAST_RECALL = 0.95
MOST_FALSE = 0.02


@dataclass
class Table:
    """How often each fault was there, was found, and was found where it was not."""

    pages: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

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


def measure(pages: Iterable[LabelledPage]) -> Table:
    table = Table()
    for page in pages:
        table.pages[page.label] += 1
        codes = _codes(page)
        for fault, code in FAULTS.items():
            if code in codes:
                (table.found if fault == page.label else table.false)[fault] += 1
    return table


def _codes(page: LabelledPage) -> set[str]:
    first = PageLook(1, 3, 8, ink=0.05, skew_degrees=0.0, conversion=Conversion.NONE)
    picture = Picture(page.pixels)
    look = look_at(2, picture, picture.reduced_gray())
    facts = DocumentFacts(Kind.PDF, 1, page_count=2, looks=(first, look))
    return {f.code for f in run_checks(CHECKS, facts) if f.page == look.number}


def main() -> int:
    table = measure(labelled_pages(PAGES, seed=SEED))
    print(f"{'fault':12}{'pages':>7}{'recall':>9}{'false alarms':>14}")
    for fault in FAULTS:
        recall, false = table.recall(fault), table.false_alarms(fault)
        print(f"{fault:12}{table.pages[fault]:7}{recall:9.1%}{false:14.2%}")
    return 0 if table.good_enough else 1


if __name__ == "__main__":
    sys.exit(main())
