"""Interleaved rounds: each contender once a round, so all see the same machine."""

import gc
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_TICKS = os.sysconf("SC_CLK_TCK")
_PPID, _UTIME, _STIME, _CUTIME, _CSTIME = 1, 11, 12, 13, 14  # after the name, proc(5)


@dataclass(frozen=True)
class Cost:
    """Of one copy, in seconds."""

    cpu: float
    wall: float


class Contender(Protocol):
    """Does one job on one input.

    Attributes:
        name: the row in the table.
        job: what it does, for the notes under the table.
    """

    name: str
    job: str

    def once(self) -> Cost:
        """Prepare outside the clock, do the job once, return what it cost."""
        ...


def timed(work: Callable[[], object]) -> Cost:
    """Cost of a call: CPU of this process and of commands it waited for."""
    gc.collect()
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return Cost(cpu_seconds() - cpu, time.perf_counter() - wall)


def cpu_seconds() -> float:
    """CPU of this process and of the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def cpu_with_descendants() -> float:
    """The same, and what living children and theirs have used, in ticks of 10 ms."""
    return cpu_seconds() + _descendants(os.getpid())


def _descendants(ancestor: int) -> float:
    """CPU seconds of the living children, theirs, and what those waited for."""
    parents: dict[int, list[tuple[int, float]]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        ticks = sum(int(fields[i]) for i in (_UTIME, _STIME, _CUTIME, _CSTIME))
        child = int(entry.parent.name), ticks / _TICKS
        parents.setdefault(int(fields[_PPID]), []).append(child)
    total, waiting = 0.0, [ancestor]
    while waiting:
        for pid, seconds in parents.get(waiting.pop(), ()):
            total += seconds
            waiting.append(pid)
    return total


@dataclass(frozen=True)
class Spread:
    """Of several costs, in milliseconds of CPU unless it says wall."""

    median: float
    low: float
    high: float
    wall_median: float
    rounds: int


def run_rounds(
    contenders: Sequence[Contender], rounds: int, warm_up: int
) -> dict[str, Spread]:
    """Return the spread of every contender, by name."""
    costs: dict[str, list[Cost]] = {c.name: [] for c in contenders}
    for number in range(warm_up + rounds):
        for contender in contenders:
            cost = contender.once()
            if number >= warm_up:
                costs[contender.name].append(cost)
    return {name: spread(found) for name, found in costs.items()}


def spread(costs: Sequence[Cost]) -> Spread:
    """Median, and the quartiles as low and high."""
    cpu = [cost.cpu * 1000 for cost in costs]
    wall = [cost.wall * 1000 for cost in costs]
    low, _, high = statistics.quantiles(cpu) if len(cpu) > 1 else cpu * 3
    return Spread(
        statistics.median(cpu), low, high, statistics.median(wall), len(costs)
    )


def table(
    what: str, rows: Mapping[str, Spread], ratios: Mapping[str, float]
) -> Iterator[str]:
    """Markdown for the page of results: costs, and the ratios the targets speak of."""
    yield f"| {what} | CPU ms, median (quartiles) | wall |"
    yield "|---|---:|---:|"
    for name, row in rows.items():
        cpu = f"{row.median:.1f} ({row.low:.1f}–{row.high:.1f})"
        yield f"| {name} | {cpu} | {row.wall_median:.1f} |"
    yield ""
    yield "| ratio of CPU | |"
    yield "|---|---:|"
    for name, ratio in ratios.items():
        yield f"| {name} | {ratio:.2f} |"
