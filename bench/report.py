"""Results as JSON, as a Markdown page and as an SVG plot."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bench import intake, verification
from bench.measure import Spread
from bench.plot import plot
from bench.quality import Table

FLOOR, OURS, PLAIN = "floor", "ours", "plain pyHanko"
ROWS = (
    *(FLOOR, OURS, PLAIN),
    *("openssl cms", "endesive", "pyhanko command", "ours, steps 4-9"),
)


@dataclass(frozen=True)
class Column:
    """All rows of one input; a skipped row has its reason instead of a spread."""

    title: str
    size_bytes: int
    rows: Mapping[str, Spread | str]

    def ratio(self, name: str, to: str) -> float | None:
        """How many times the CPU of `to` this row took."""
        row, other = self.rows[name], self.rows[to]
        if isinstance(row, Spread) and isinstance(other, Spread):
            return row.median / other.median
        return None


@dataclass(frozen=True)
class Results:
    """Of one run.

    Attributes:
        jobs: what each row does, by name.
        memory_mb: peaks of a fresh process on the largest input.
        intake: CPU of reading a scan, and of what it is compared with.
        quality: recall and false alarms of the scan quality checks.
        verification: CPU of verifying a copy, of doing it again, and of pyHanko alone.
    """

    command: str
    when: datetime
    jobs: Mapping[str, str]
    columns: tuple[Column, ...]
    memory_mb: Mapping[str, float]
    intake: Mapping[str, Spread]
    quality: Table
    verification: Mapping[str, Spread]

    @property
    def machine(self) -> str:
        return (
            f"{os.cpu_count()} cores ({platform.machine()}), "
            f"Python {platform.python_version()}, {platform.system()}"
        )


def write(results: Results, folder: Path) -> None:
    """Write results.json, results.md and results.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {**asdict(results), "when": results.when.isoformat()}
    data["machine"] = results.machine
    data["quality"] = results.quality.figures()
    (folder / "results.json").write_text(json.dumps(data, indent=2, ensure_ascii=False))
    (folder / "results.md").write_text(markdown(results))
    bars = [
        (f"{name}, {column.title}", row.median)
        for column in results.columns
        for name in ROWS
        if isinstance(row := column.rows[name], Spread)
    ]
    (folder / "results.svg").write_text(plot(bars, "CPU per copy, ms (logarithmic)"))


def markdown(results: Results) -> str:
    """The tables of a run."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    yield f"`{results.command}`, {results.when:%Y-%m-%d}, {results.machine}."
    yield "Median CPU ms per copy (quartiles); below it the median wall time."
    yield ""
    titles = [f"{c.title}, {c.size_bytes / 1e6:.1f} MB" for c in results.columns]
    yield f"| | {' | '.join(titles)} |"
    yield "|---|" + "---:|" * len(titles)
    for name in ROWS:
        cells = " | ".join(_cell(column, name) for column in results.columns)
        yield f"| {name} | {cells} |"
    yield ""
    yield f"| ratio | {' | '.join(c.title for c in results.columns)} |"
    yield "|---|" + "---:|" * len(titles)
    for label, name, to in (
        ("ours / floor", OURS, FLOOR),
        ("plain pyHanko / ours", PLAIN, OURS),
    ):
        ratios = [column.ratio(name, to) for column in results.columns]
        cells = " | ".join("–" if r is None else f"{r:.1f}" for r in ratios)
        yield f"| {label} | {cells} |"
    yield ""
    for name in ROWS:
        yield f"- **{name}**: {results.jobs[name]}"
    yield ""
    peaks = ", ".join(f"{k} {v:.0f}" for k, v in results.memory_mb.items())
    yield f"Peak memory of a fresh signing process on the largest input, MB: {peaks}."
    yield ""
    yield from verification.lines(results.verification)
    yield ""
    yield from intake.lines(results.intake)
    yield ""
    yield from results.quality.lines()


def _cell(column: Column, name: str) -> str:
    row = column.rows[name]
    if isinstance(row, str):
        return row
    return f"{row.median:.1f} ({row.low:.1f}–{row.high:.1f})<br>{row.wall_median:.1f}"
