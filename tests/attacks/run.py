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
allows what PDF permits. Where it says TOTAL-PASSED and we do not, the reason is in the
last column. Files that need a later clock were not shown to it.

| family | files | ours: verdicts | EU DSS: signatures | why they differ |
|---|---:|---|---|---|
"""
# Why EU DSS passes a family that we refuse.
_REASONS = {
    "malleable padding": "DSS ignores what stands behind the CMS; we do not",
    "malleable hex case": "DSS reads any spelling; our container has one",
    "bytes behind the end": "DSS ignores them; our container ends with %%EOF",
    "bytes before the header": "DSS is asked for signatures, not for the header",
    "citizens' certificates": "rightly signed, but nobody of the roster",
    "same key twice": "rightly signed, but not person and agency",
    "not on the roster then": "rightly signed, but not in office then",
    "signature missing": "what is there is right; a certified copy has more",
    "TSA with a wrong clock": "DSS does not compare the order of the three times",
    "revisions cut off": "an earlier revision is rightly signed, and no finished copy",
    "cross-references redirected": "an earlier revision, rightly signed, is shown",
    "CMS against CAdES": "DSS reports the level, it does not refuse it",
    "untrusted TSA": "DSS builds its own proof of time from what it trusts",
    "weak algorithm": "DSS judges keys by its own table of years",
}


@dataclass
class Row:
    """What was said of one family."""

    files: int = 0
    valid: list[str] = field(default_factory=list)
    ours: Counter[str] = field(default_factory=Counter)
    dss: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Judge everything; 1 when a forged file is valid or a good one is not."""
    with TemporaryDirectory() as name, workshop(Path(name)) as shop:
        folder = Path(name) / "files"
        folder.mkdir()
        rows = {family: _judge(shop, family, folder) for family in FAMILIES}
        bad, good = _judge_good(shop, folder)
    wrong = [f"{family}: {name}" for family, row in rows.items() for name in row.valid]
    for line in (*wrong, *bad):
        _say(f"WRONG {line}")
    files = sum(row.files for row in rows.values())
    head = _HEAD.format(
        wrong=len(wrong), files=files, families=len(rows), bad=len(bad), good=good
    )
    DOCUMENT.write_text(head + "\n".join(_lines(rows)) + "\n", encoding="utf-8")
    _say(f"{files} forged files, {len(wrong)} valid; {good} good, {len(bad)} bad")
    return 1 if wrong or bad else 0


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
        row.dss.update(_said(v) for v in judge_files(shown, shop.root_pem, lists))
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
        passed = any("PASSED" in said for said in row.dss)
        reason = _REASONS.get(family, "?") if passed else ""
        yield (
            f"| {family} | {row.files} | {_counted(row.ours)} | "
            f"{_counted(row.dss)} | {reason} |"
        )


def _counted(counter: Counter[str]) -> str:
    parts: Sequence[str] = [f"{n} {said}" for said, n in counter.most_common()]
    return ", ".join(parts)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
