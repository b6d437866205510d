"""A target that breaks every rule, to see that the harness notices.

    python -m tests.fuzz.misbehaving FOLDER

Prints the ledger as JSON.
"""

import ctypes
import json
import sys
import time
from pathlib import Path

from tests.fuzz.ledger import Ledger
from tests.fuzz.run import Fuzzing
from tests.fuzz.target import Broken, Case
from tests.support import isolated_tasks

HABITS = (
    "good",
    "raises",
    "says so",
    "segfault",
    "segfault unnamed",
    "spins",
    "sleeps",
    "memory",
    "good",
)


class Misbehaving:
    """Input n does what HABITS[n] says."""

    name = "misbehaving"
    limit_seconds = 1.0

    def make(self, number: int) -> Case:
        return Case(number, HABITS[number], "", HABITS[number].encode())

    def judge(self, case: Case, path: Path, folder: Path) -> str:
        (folder / "left").write_bytes(path.read_bytes())
        match case.family.split()[0]:
            case "raises":
                raise LookupError("what nobody expected")
            case "says":
                raise Broken("the verdict is green")
            case "segfault":
                ctypes.string_at(0)
            case "spins":
                isolated_tasks.spin()
            case "sleeps":
                time.sleep(3600)
            case "memory":
                isolated_tasks.eat_memory()
        return "fine"

    def judge_isolated(self, case: Case, path: Path, folder: Path) -> str:
        del case, folder
        if path.read_bytes() in (b"segfault unnamed", b"spins", b"sleeps"):
            raise Broken("no name")
        return "named"

    def close(self) -> None:
        """Nothing to end."""


def main(folder: Path) -> None:
    ledger = Ledger(folder, Misbehaving.name, 1)
    fuzzing = Fuzzing(Misbehaving(), ledger, folder)
    fuzzing.run(seconds=100, count=len(HABITS))
    print(json.dumps(ledger.state))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(Path(sys.argv[1]))
