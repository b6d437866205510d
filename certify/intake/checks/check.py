"""The shape of a check: data and a citation around one small function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from certify.intake.facts import DocumentFacts
from certify.scan import Finding, Severity

SCAN_RULE = "NĐ 30/2020/NĐ-CP Phụ lục I"
"""Scans of paper: PDF, colour, at least 200 dpi, at 1:1."""
COPY_RULE = "NĐ 45/2020/NĐ-CP Điều 10 khoản 3"
"""A copy is made from the paper original; the certifier checks that they agree."""
ONLY_PIXELS = "design §4.5"
LIMITS = "design §4.6"


@dataclass(frozen=True)
class Remark:
    """What a check says: of one page, or of the file (None).

    Attributes:
        other_page: the page that this one repeats.
    """

    page: int | None
    vi: str
    en: str
    other_page: int | None = None


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong.

    Attributes:
        code: stable; officers' written reasons are stored under it.
        citation: the rule of law or of our design behind it.
        run: yields one remark per place where it is so.
    """

    code: str
    severity: Severity
    citation: str
    run: Callable[[DocumentFacts], Iterator[Remark]]


def run_checks(checks: tuple[Check, ...], facts: DocumentFacts) -> tuple[Finding, ...]:
    """Run all of them, not only up to the first that fails."""
    return tuple(
        Finding(
            c.code,
            c.severity,
            r.page,
            r.vi,
            r.en,
            c.citation,
            other_page=r.other_page,
        )
        for c in checks
        for r in c.run(facts)
    )
