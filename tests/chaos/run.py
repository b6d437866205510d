"""Injects faults into real issuances, recovers, audits; cumulative and resumable.

    python -m tests.chaos.run --count 1000 --data data/chaos

Every injection issues one paper in a child process forked from this one, which meets
one fault of `tests.chaos.faults`. After a handful of them a fresh child runs
`Reconcile`, another one audits. The ledger keeps the count over all runs.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from certify.reconcile import Reconciliation
from tests.chaos.audit import audit, audited
from tests.chaos.faults import Fault, nth
from tests.chaos.injection import (
    FAULT_OF_OURS,
    RELEASED_EARLY,
    Injection,
    SteppingClock,
)
from tests.chaos.world import LEASE_SECONDS, World
from tests.support.papers import compared_papers

DATABASES = ("sqlite", "postgresql15", "postgresql18")
BATCH = 10
ROUNDS = 3
STOCK = 60


class Chaos:
    """A run of injections over one fresh world, noted in a ledger."""

    def __init__(self, world: World, ledger: Path) -> None:
        self._world = world
        self._ledger = ledger
        self.state: dict[str, Any] = {
            "injections": 0,
            "seconds": 0.0,
            "by_kind": {},
            "fates": {},
            "violations": [],
            "escaped": [],
        }
        if ledger.exists():
            self.state = json.loads(ledger.read_text(encoding="utf-8"))
        self._known: list[str] = []
        self._stock: list[str] = []

    def batch(self, count: int) -> None:
        """Inject a handful, recover, audit, write the ledger."""
        started = time.monotonic()
        if len(self._stock) < count:
            world = self._world
            fresh = world.in_child(lambda s: compared_papers(s, world.paper, STOCK))
            self._stock += fresh
        now, self._stock = self._stock[:count], self._stock[count:]
        self._known += now
        first = self.state["injections"]
        faults = [nth(first + number) for number in range(count)]
        for attestation_id, fault in zip(now, faults, strict=True):
            self._inject(attestation_id, fault)
        self._recover(faults)
        violations = self._audit(now)
        self.state["violations"] += [
            {"faults": [fault.name for fault in faults], "found": found}
            for found in violations
        ]
        self.state["injections"] = first + count
        self.state["seconds"] += time.monotonic() - started
        self._write()

    def _inject(self, attestation_id: str, fault: Fault) -> None:
        clock = SteppingClock()
        world = self._world
        injection = Injection(
            fault,
            clock=clock,
            misbehaviour=world.misbehaviour,
            settings=world.settings,
            attestation_id=attestation_id,
        )
        fate = world.fate(lambda: injection.run(world.services(clock)))
        world.misbehaviour.reset()
        self._count("fates", str(fate))
        self._count("by_kind", fault.kind)
        if fate == RELEASED_EARLY:
            self._violate(fault, f"released early: {attestation_id}")
        elif fate == FAULT_OF_OURS:
            self.state["escaped"].append(fault.name)
        elif fate not in {0, 4, -9}:
            self._violate(fault, f"child ended with {fate}")

    def _recover(self, faults: Sequence[Fault]) -> None:
        """Run Reconcile as the next start-up would, when leases have run out."""
        for attempt in range(ROUNDS):
            result: Reconciliation = self._world.in_child(
                lambda services: services.reconcile(), ahead=LEASE_SECONDS + 1 + attempt
            )
            if not result.waiting:
                return
        self.state["violations"].append(
            {
                "faults": [fault.name for fault in faults],
                "found": f"stuck: {result.waiting}",
            }
        )

    def _audit(self, new: Sequence[str]) -> list[str]:
        known, settings = self._known, self._world.settings
        return self._world.in_child(
            lambda services: [*audit(services, known, new), *audited(settings)]
        )

    def _violate(self, fault: Fault, found: str) -> None:
        self.state["violations"].append({"faults": [fault.name], "found": found})

    def _count(self, table: str, key: str) -> None:
        self.state[table] = dict(Counter(self.state[table]) + Counter({key: 1}))

    def _write(self) -> None:
        self._ledger.parent.mkdir(parents=True, exist_ok=True)
        part = self._ledger.with_suffix(".part")
        part.write_text(
            json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        part.replace(self._ledger)


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """A server of its own with an empty database; None is a file in the data folder."""
    if kind == "sqlite":
        yield None
        return
    from tests.support.postgres import programs_of, serving  # noqa: PLC0415 - only then

    with serving(programs_of(kind)) as server, server.fresh(migrated=False) as url:
        yield url


def main(arguments: Sequence[str] | None = None) -> int:
    """Inject; 0 only if the ledger knows no violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=Path("data/chaos"))
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    options = parser.parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=options.data, prefix="world-") as folder,
        _database(options.database) as url,
    ):
        world = World(Path(folder), url)
        try:
            chaos = Chaos(world, options.data / "ledger.json")
            left = options.count
            while left > 0:
                chaos.batch(min(BATCH, left))
                left -= BATCH
                state = chaos.state
                print(  # noqa: T201 - a command line tool
                    f"{state['injections']} injections, "
                    f"{len(state['violations'])} violations, "
                    f"{state['seconds']:.0f} s",
                    flush=True,
                )
        finally:
            world.close()
    print(json.dumps(chaos.state, ensure_ascii=False, indent=1))  # noqa: T201 - see above
    return 1 if chaos.state["violations"] or chaos.state["escaped"] else 0


if __name__ == "__main__":
    sys.exit(main())
