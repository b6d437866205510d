"""What verifying a copy costs beside pyHanko alone: `python -m bench.verification`.

One file: a released copy of 4 pages at 300 dpi, 4 MB. Ours is the whole of it: the
child process (its zygote warm), the strict container, both validations, page digest,
record and verdict. All contenders see the file once a round, CPU of all processes.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography import x509

from api.wiring import build_inspector
from bench.inputs import PAPERS, open_workplace
from bench.measure import (
    Cost,
    Spread,
    cpu_with_descendants,
    run_rounds,
    table,
)
from bench.others import Process
from certify.clock import SystemClock
from certify.inspection import Indication
from certify.verify import VerifyCopy
from tests.support.trust import listed, make_trust

OURS, REPEAT, PYHANKO = "verify", "verify again", "pyHanko AdES-LTA"
MOST, LEAST = 1.4, 10.0
ROUNDS = 40
QUICK_ROUNDS = 2
_REPEATS = 20  # of one measurement: children's CPU is counted in ticks of 10 ms


class _Ours:
    def __init__(self, name: str, verify: VerifyCopy, copy: Path, times: int) -> None:
        self.name = name
        self.job = "one file, judged without the register"
        self._verify = verify
        self._copy = copy
        self._times = times

    def once(self) -> Cost:
        wall, cpu = time.perf_counter(), cpu_with_descendants()
        for _ in range(self._times):
            report = self._verify(self._copy)
        cost = Cost(
            (cpu_with_descendants() - cpu) / self._times,
            (time.perf_counter() - wall) / self._times,
        )
        for facts in report.inspection.signatures:
            if facts.indication is not Indication.TOTAL_PASSED:
                raise RuntimeError("the copy is not found good")
        return cost


class _Pyhanko:
    name = PYHANKO
    job = "ades_lta_validation of both signatures, and the document timestamp"

    def __init__(self, process: Process, copy: Path) -> None:
        self._process = process
        self._copy = copy

    def once(self) -> Cost:
        return self._process.ask(self._copy)


def measure(folder: Path, *, rounds: int) -> dict[str, Spread]:
    """Return the spread of every contender, by name."""
    folder.mkdir(exist_ok=True)
    paper = next(paper for paper in PAPERS if paper.pages == 4)
    with open_workplace(folder, (paper,)) as workplace:
        (given,) = workplace.inputs
        copy = given.ready.prepare(given.fresh_order()).seal().path
        root = x509.load_pem_x509_certificate((workplace.pki / "root.pem").read_bytes())
        trust = make_trust(folder / "trust", listed("root", root))
        clock = SystemClock()
        with (
            build_inspector(trust, clock) as reads,
            build_inspector(trust, clock, remember=True) as remembers,
            Process(Path(sys.executable), "pyhanko_validation", folder) as process,
        ):
            anew = VerifyCopy(inspector=reads, register=None)
            again = VerifyCopy(inspector=remembers, register=None)
            return run_rounds(
                [
                    _Ours(OURS, anew, copy, 1),
                    _Pyhanko(process, copy),
                    _Ours(REPEAT, again, copy, _REPEATS),
                ],
                rounds,
                warm_up=2,
            )


def ratios(rows: Mapping[str, Spread]) -> dict[str, float]:
    """What the targets speak of."""
    return {
        f"{OURS} / {PYHANKO}": rows[OURS].median / rows[PYHANKO].median,
        f"{OURS} / {REPEAT}": rows[OURS].median / rows[REPEAT].median,
    }


def lines(rows: Mapping[str, Spread]) -> Iterator[str]:
    """Markdown for the page of results."""
    return table("verification of a 4-page copy", rows, ratios(rows))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), rounds=ROUNDS)
    print("\n".join(lines(rows)))
    found = ratios(rows)
    met = found[f"{OURS} / {PYHANKO}"] <= MOST and found[f"{OURS} / {REPEAT}"] >= LEAST
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
