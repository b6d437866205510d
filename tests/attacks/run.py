"""`make attacks`: judges every forged file, asks EU DSS too, writes docs/attacks.md."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attacks.judging import FAMILIES, Workshop, is_valid, workshop
from tests.support.judges import Verdict, judge_files

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/attacks.md"
_HEAD = """# Forged files, and what is said of them

Written by `make attacks`; do not edit. Every file starts from a genuine copy of ours,
or is made with our own tools by somebody who has other keys. It is judged twice: with
the register, and by a stranger who has the trust folder alone. **Valid that should not
be: {wrong}** of {files} files in {families} families. **Good copies called bad:
{bad}** of {good} (usual ones, keys revoked or expired after the proven time, P-256).

EU DSS stands beside: it knows neither the register nor the roster, so a file well
signed by anybody whom the CA certified is good to it; and by its default policy it
allows what PDF permits. Where it finds every signature it shows TOTAL-PASSED and we do
not accept the file, the last column counts why: what DSS itself says of the file, or,
where it says nothing more, what it does not look at. Files that need a later clock were
not shown to it.

| family | files | ours: verdicts | EU DSS: signatures | why they differ, by files |
|---|---:|---|---|---|
"""
# What DSS, which said nothing against a file, does not look at.
_REASONS = {
    "CMS bytes changed": "no signature covers these bits of the last token; our copies "
    "have one form for every byte (decision 0009)",
    "CMS of another copy": "what is left is right; a finished copy has more",
    "malleable padding": "DSS ignores what stands behind the CMS",
    "malleable hex case": "DSS reads any spelling; our container has one",
    "bytes behind the end": "DSS ignores them; our container ends with %%EOF",
    "ISA: new catalog": "DSS does not compare these entries; we take no later revision",
    "ISA: no cross-references": "DSS does not reach these bytes; our container ends "
    "with the last revision",
    "shadow: hide": "DSS reads deleted objects all the same; we take no later revision",
    "DSS stripped": "DSS lets /DSS change; we take no later revision",
    "CMS against CAdES": "without its own timestamp DSS takes the document's; we take "
    "the time of each signature",
    "citizens' certificates": "rightly signed, but nobody of the roster",
    "same key twice": "rightly signed, but not person and agency",
    "not on the roster then": "rightly signed, but not in office then",
    "TSA with a wrong clock": "DSS does not compare the order of the three times",
    "untrusted TSA": "DSS needs no trusted time where the certificate is valid today",
}
UNEXPLAINED = "NOT EXPLAINED"
_FINISHED = "PAdES-BASELINE-LTA"


@dataclass
class Row:
    """What was said of one family."""

    files: int = 0
    valid: list[str] = field(default_factory=list)
    ours: Counter[str] = field(default_factory=Counter)
    dss: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Judge everything; 1 when a forged file is valid or a good one is not."""
    with TemporaryDirectory() as name, workshop(Path(name)) as shop:
        folder = Path(name) / "files"
        folder.mkdir()
        rows = {family: _judge(shop, family, folder) for family in FAMILIES}
        bad, good = _judge_good(shop, folder)
    wrong = [f"{family}: {name}" for family, row in rows.items() for name in row.valid]
    unexplained = [family for family, row in rows.items() if row.why[UNEXPLAINED]]
    for line in (*wrong, *bad, *(f"{UNEXPLAINED}: {family}" for family in unexplained)):
        _say(f"WRONG {line}")
    files = sum(row.files for row in rows.values())
    head = _HEAD.format(
        wrong=len(wrong), files=files, families=len(rows), bad=len(bad), good=good
    )
    DOCUMENT.write_text(head + "\n".join(_lines(rows)) + "\n", encoding="utf-8")
    _say(f"{files} forged files, {len(wrong)} valid; {good} good, {len(bad)} bad")
    return 1 if wrong or bad or unexplained else 0


def _judge(shop: Workshop, family: str, folder: Path) -> Row:
    row, shown = Row(), []
    for attack, situation in shop.attacks(family):
        path = folder / f"{FAMILIES.index(family)}-{row.files}.pdf"
        path.write_bytes(attack.data)
        row.files += 1
        for report in shop.verifier(path, situation):
            row.ours[report.verdict.value] += 1
            if is_valid(report):
                row.valid.append(f"{attack.name} {report.verdict}")
        if situation.later == timedelta():
            shown.append(path)
    lists = sorted(folder.glob(f"{FAMILIES.index(family)}-0.*.crl"))
    if shown:
        verdicts = judge_files(shown, shop.root_pem, lists)
        row.dss.update(_said(verdict) for verdict in verdicts)
        row.why.update(_why(family, v) for v in verdicts if _passes(v))
    _say(f"{family}: {row.files}, {_counted(row.ours)}; {_counted(row.dss)}")
    return row


def _judge_good(shop: Workshop, folder: Path) -> tuple[list[str], int]:
    bad, count = [], 0
    for good, situation in shop.good_copies():
        path = folder / f"good-{count}.pdf"
        path.write_bytes(good.data)
        count += 1
        _, stranger = shop.verifier(path, situation)
        if not is_valid(stranger):
            bad.append(f"{good.name} {stranger.verdict} {stranger.problems}")
    return bad, count


def _passes(verdict: Verdict) -> bool:
    """Every signature that DSS shows is good to it."""
    return {s.indication for s in verdict.signatures} == {"TOTAL_PASSED"}


def _why(family: str, verdict: Verdict) -> str:
    """Give the first thing DSS says against the file, or what it does not look at."""
    tokens = (*verdict.signatures, *verdict.timestamps)
    if any(t.indication != "PASSED" for t in verdict.timestamps):
        return "DSS does not pass a timestamp, the signatures it does"
    if any(t.structure or t.warnings or t.errors for t in tokens):
        return "DSS warns, its policy lets it pass"
    levels = [s.kind for s in verdict.signatures]
    if levels != [_FINISHED, _FINISHED]:
        shown = ", ".join(level.removeprefix("PAdES-BASELINE-") for level in levels)
        return f"DSS shows what is left ({shown}); a finished copy is LTA, LTA"
    return _REASONS.get(family, UNEXPLAINED)


def _said(verdict: Verdict) -> str:
    """Both passed, or the worst that was said of a signature."""
    indications = [s.indication for s in verdict.signatures]
    if not indications:
        return "no signature"
    if set(indications) == {"TOTAL_PASSED"}:
        return f"{len(indications)} × TOTAL-PASSED"
    return next(i for i in indications if i != "TOTAL_PASSED").replace("_", "-")


def _lines(rows: dict[str, Row]) -> Iterable[str]:
    for family, row in rows.items():
        why = "; ".join(f"{n}: {reason}" for reason, n in row.why.most_common())
        yield (
            f"| {family} | {row.files} | {_counted(row.ours)} | "
            f"{_counted(row.dss)} | {why} |"
        )


def _counted(counter: Counter[str]) -> str:
    parts: Sequence[str] = [f"{n} {said}" for said, n in counter.most_common()]
    return ", ".join(parts)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
