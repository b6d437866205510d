"""Shows what the judges said as `docs/conformance.md`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.judged_copies import Sample
from tests.support.verdicts import Opinion

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/conformance.md"


@dataclass(frozen=True)
class Row:
    """One file and every judge's opinion of it."""

    sample: Sample
    opinions: Mapping[str, Opinion]


_HEAD = """# What independent judges say about our files

Written by `make conformance`; do not edit. `tests/integration/test_judges.py` asks
the same of every finished copy in every test run.

Every copy is made by the real intake, sealer, keys, revocation services and timestamp
authority of the development PKI, whose root is the only trust anchor. No judge has a
network: what it needs stands in the file.

{judges}

A copy is accepted when

- **EU DSS** (default policy) says TOTAL-PASSED at PAdES-BASELINE-LTA for both
  signatures and PASSED for the three timestamps, without error, warning or remark, and
  noticed nothing about the PDF: no overlapping annotation, no visual difference, no
  undefined change. It compares pictures of pages up to ten pages.
- **veraPDF** finds PDF/A-2b without a failed rule.
- **pyHanko** reaches its bottom line for both signatures (path, revocation from the
  file, timestamp, permitted changes) and trusts the document timestamp.
- **pdfsig** finds both signatures valid and the whole file signed (no path is built).
- **qpdf** finds no structural error.

## Finished copies

{good}

## Canonical scans

What intake makes of each upload, before anything is composed or signed: the file that
is shown, compared and kept.

{scans}

## Files spoilt on purpose

Judges must not accept these, or their praise above means nothing; "–" where the fault
is not that judge's business. What EU DSS remarked on each:

{remarks}

{spoilt}
"""


def render(judges: Mapping[str, str], rows: Sequence[Row], scans: Sequence[Row]) -> str:
    """Return the document: finished copies, and the canonical scans by themselves."""
    good = [row for row in rows if row.sample.good]
    spoilt = [row for row in rows if not row.sample.good]
    return _HEAD.format(
        judges=_table(("judge", "version"), list(judges.items())),
        good=_opinions(judges, good),
        scans=_opinions(list(scans[0].opinions), scans),
        spoilt=_opinions(judges, spoilt),
        remarks="\n".join(f"- {row.sample.name}: {_remarks(row)}" for row in spoilt),
    )


def _remarks(row: Row) -> str:
    """The sentences of its policy; the lists of changed objects are too long here."""
    said = [r.partition(": ")[2] for r in row.opinions["EU DSS"].remarks if "_ANS" in r]
    return " ".join(dict.fromkeys(said)) or "nothing"


def _opinions(judges: Iterable[str], rows: Sequence[Row]) -> str:
    names = tuple(judges)
    lines = [
        (
            f"{row.sample.name}: {row.sample.about}",
            *(_cell(row, judge) for judge in names),
        )
        for row in rows
    ]
    return _table(("file", *names), lines)


def _cell(row: Row, judge: str) -> str:
    opinion = row.opinions[judge]
    if opinion.accepted and not row.sample.good:
        return "–"
    word = "accepted" if opinion.accepted else "rejected"
    return f"{word}: {_short(opinion.said)}"


def _short(said: str) -> str:
    """Say the same thing once: "X, X" becomes "2 × X"."""
    head, _, tail = said.partition("; ")
    parts = head.split(", ")
    if len(parts) > 1 and len(set(parts)) == 1:
        head = f"{len(parts)} × {parts[0]}"
    return f"{head}; {tail}" if tail else head


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
