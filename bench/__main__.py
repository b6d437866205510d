"""`python -m bench [--quick]`: all rows, into bench/out/ and on standard output."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench import intake, memory, quality, report, verification
from bench.environments import OUT, UnavailableError, environment
from bench.inputs import PAPERS, Input, Workplace, open_workplace
from bench.measure import Contender, Spread, run_rounds
from bench.others import Process, Worker, openssl, pyhanko_command, write_material
from bench.ours import Floor, Ours
from bench.whole import Whole, open_service
from certify.clock import SystemClock

_ROUNDS = {1: 40, 4: 30, 30: 12}
_WHOLE_ROUNDS = {1: 10, 4: 6, 30: 3}
_QUICK_ROUNDS = 3
_QUICK_PAGES, _SMOKE_PAGES = 4, 1  # the largest input of such a run


def main() -> None:
    arguments = _arguments()
    most = _SMOKE_PAGES if arguments.smoke else _QUICK_PAGES
    papers = tuple(p for p in PAPERS if not arguments.quick or p.pages <= most)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workplace = stack.enter_context(open_workplace(folder, papers))
        write_material(workplace)
        quick_rounds = 1 if arguments.smoke else _QUICK_ROUNDS
        bench = _Bench(
            workplace, stack, quick_rounds=quick_rounds if arguments.quick else None
        )
        columns = tuple(bench.column(given) for given in workplace.inputs)
        largest = workplace.inputs[-1]
        print("intake and scan quality …", file=sys.stderr)
        rounds = intake.QUICK_ROUNDS if arguments.quick else intake.ROUNDS
        again = verification.QUICK_ROUNDS if arguments.quick else verification.ROUNDS
        pages = quality.QUICK_PAGES if arguments.quick else quality.PAGES
        results = report.Results(
            command="python -m bench" + (" --quick" if arguments.quick else ""),
            when=SystemClock().now(),
            jobs=bench.jobs,
            columns=columns,
            memory_mb=memory.measure(folder, largest.fresh_order()),
            intake=intake.measure(folder / "intake", rounds=rounds),
            quality=quality.run(pages),
            verification=verification.measure(folder / "verify", rounds=again),
        )
    report.write(results, arguments.out)
    print(report.markdown(results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few rounds, small inputs, no environment made: does it still run?",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the results")
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="one page and one round, which say nothing: for the tests",
    )
    arguments = parser.parse_args()
    arguments.quick = arguments.quick or arguments.smoke
    return arguments


class _Bench:
    """Builds the contenders of each input and runs them."""

    def __init__(
        self, workplace: Workplace, stack: ExitStack, *, quick_rounds: int | None
    ) -> None:
        self._workplace = workplace
        self._stack = stack
        self._quick_rounds = quick_rounds
        self._quick = quick_rounds is not None
        self._services = stack.enter_context(open_service(workplace.folder / "data"))
        self._processes: dict[str, Process] = {}
        self.jobs: dict[str, str] = {}

    def column(self, given: Input) -> report.Column:
        print(f"{given.paper.name} …", file=sys.stderr)
        skipped: dict[str, str] = {}
        contenders: list[Contender] = [Floor(self._workplace, given), Ours(given)]
        for name, make in self._peers(given).items():
            try:
                contender = make()
                contender.once()  # it may still turn out not to run here
            except UnavailableError as error:
                skipped[name] = f"skipped: {error}"
                self.jobs.setdefault(name, "did not run here")
            else:
                contenders.append(contender)
        pages = given.paper.pages
        rows: dict[str, Spread | str] = {
            **run_rounds(
                contenders,
                self._quick_rounds or _ROUNDS[pages],
                warm_up=0 if self._quick_rounds == 1 else 2,
            ),
            **skipped,
        }
        whole = Whole(self._services, given)
        rounds = 1 if self._quick else _WHOLE_ROUNDS[pages]
        rows |= run_rounds([whole], rounds, warm_up=0 if self._quick else 1)
        self.jobs |= {c.name: c.job for c in (*contenders, whole)}
        return report.Column(given.paper.name, given.composed.stat().st_size, rows)

    def _peers(self, given: Input) -> dict[str, Callable[[], Contender]]:
        place, install = self._workplace, not self._quick
        return {
            "plain pyHanko": lambda: Worker(
                name="plain pyHanko",
                job="the job of ours with pyHanko's own signers, stamps, timestamper",
                process=self._process("pyhanko", "plain_pyhanko"),
                given=given,
            ),
            "endesive": lambda: Worker(
                name="endesive",
                job="one invisible PKCS#7 signature (no CAdES, no timestamp)",
                process=self._process("endesive", "endesive_sign"),
                given=given,
            ),
            "openssl cms": lambda: openssl(place, given),
            "pyhanko command": lambda: pyhanko_command(place, given, install=install),
        }

    def _process(self, environment_name: str, module: str) -> Process:
        if module not in self._processes:
            bin_folder = environment(environment_name, install=not self._quick)
            process = Process(bin_folder / "python", module, self._workplace.folder)
            self._processes[module] = self._stack.enter_context(process)
        return self._processes[module]


if __name__ == "__main__":
    main()
