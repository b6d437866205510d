"""Injects faults into real issuances, recovers, audits; cumulative and resumable.

    python -m tests.chaos.run --count 1000 --data ledgers/chaos \\
        --database postgresql15 --archive s3 --keys softhsm

Every injection issues one paper in a child process forked from this one, which meets
one fault of `tests.chaos.faults`. After a handful of them time passes as a lease does,
a fresh child runs `Reconcile`, another one audits. The ledger keeps the count over all
runs. SIGTERM ends a run properly.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from api.services import Services
from certify.reconcile import Reconciliation
from tests.chaos.audit import audit, audited, unexplained
from tests.chaos.faults import OF_KEYS, Fault, Setup
from tests.chaos.injection import (
    FAULT_OF_OURS,
    RELEASED_EARLY,
    WAITS,
    Injection,
)
from tests.chaos.ledger import Ledger
from tests.chaos.world import BUSY_SECONDS, PATIENT_SECONDS, World, open_world
from tests.support.confirming import confirm_shown

DATABASES = ("sqlite", "postgresql15", "postgresql18")
ARCHIVES = ("folder", "s3")
BATCH = 10
ROUNDS = 20  # of which all but three may be slow
SLOW_SECONDS = 60  # a quiet machine reconciles a batch in five
STUCK = timedelta(minutes=5)
"""How long after a fault is over an attestation may remain unreleased."""


class Chaos:
    """A run of injections over one fresh world, noted in a ledger."""

    def __init__(self, world: World, setup: Setup, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._faults = setup.scattered()
        self._silencing = setup.silencing
        self._known: list[str] = []
        self._left: list[str] = []

    def batch(self, count: int) -> None:
        """Inject a handful, recover, audit, write the ledger."""
        started = time.monotonic()
        world = self._world
        if len(self._left) < count:
            world.anew()
            self._known, self._left = [], list(world.papers)
        new, self._left = self._left[:count], self._left[count:]
        self._known += new
        known = self._known
        first = self._ledger.injections
        faults = [self._faults[(first + n) % len(self._faults)] for n in range(count)]
        world.in_child(lambda services: confirm_shown(services, new))
        told = [
            attestation_id
            for attestation_id, fault in zip(new, faults, strict=True)
            if self._inject(attestation_id, fault) == WAITS
            and fault.kind not in self._silencing
        ]
        for one in world.in_child(lambda services: unexplained(services, told)):
            self._ledger.violated(faults, f"waits, and nobody says why: {one}")
        self._recover(faults)
        settings = world.settings
        for found in world.in_child(
            lambda services: [*audit(services, known, new), *audited(settings)]
        ):
            self._ledger.violated(faults, found)
        self._ledger.write(time.monotonic() - started)

    def _inject(self, attestation_id: str, fault: Fault) -> int:
        world = self._world
        clock = world.clock()
        injection = Injection(
            fault, clock=clock, world=world, attestation_id=attestation_id
        )
        patience = BUSY_SECONDS if fault.kind == "database_locked" else PATIENT_SECONDS
        fate = world.fate(lambda: injection.run(world.services(clock, patience)))
        reached = world.misbehaviour.reached or fate < 0
        world.mend()
        self._ledger.injected(fault, str(fate), reached=reached)
        if fate == RELEASED_EARLY:
            self._ledger.violated([fault], f"released early: {attestation_id}")
        elif fate == FAULT_OF_OURS:
            self._ledger.escaped(fault)
        elif fate not in {0, WAITS, -signal.SIGKILL}:
            self._ledger.violated([fault], f"child ended with {fate}")
        return fate

    def _recover(self, faults: list[Fault]) -> None:
        """Run Reconcile as a schedule would, until five minutes after the faults.

        A round in which the machine itself stood still is no measure of the service.
        """
        lease = self._world.settings.lease + timedelta(seconds=1)
        passed, result = timedelta(), Reconciliation()
        for _ in range(ROUNDS):
            pause = min(lease, STUCK - passed)
            self._world.wait(pause.total_seconds())
            began = time.monotonic()
            result = self._world.in_child(_reconcile)
            if not result.waiting:
                return
            if time.monotonic() - began > SLOW_SECONDS:
                self._ledger.was_slow()
                continue
            passed += pause
            if passed >= STUCK:
                break
        self._ledger.violated(faults, f"stuck: {result.waiting}")


def _reconcile(services: Services) -> Reconciliation:
    return services.reconcile()


def main(arguments: Sequence[str] | None = None) -> int:
    """Inject; 0 only if the ledger knows no violation."""
    options = _options(arguments)
    options.data.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _end)
    setup = Setup(options.database, options.archive, options.keys)
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        open_world(Path(folder), setup) as world,
    ):
        ledger = Ledger(options.data / "ledger.json", setup)
        chaos = Chaos(world, setup, ledger)
        for done in range(0, options.count, BATCH):
            chaos.batch(min(BATCH, options.count - done))
            _say(ledger.state)
    print(json.dumps(ledger.state, ensure_ascii=False, indent=1))  # noqa: T201 - a tool
    return 0 if ledger.is_clean else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=Path("ledgers/chaos"))
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--archive", choices=ARCHIVES, default="folder")
    parser.add_argument("--keys", choices=tuple(OF_KEYS), default="file")
    return parser.parse_args(arguments)


def _end(*_: object) -> NoReturn:
    raise SystemExit(143)


def _say(state: Mapping[str, object]) -> None:
    bad = [*state["violations"], *state["escaped"]]  # type: ignore[misc]  # lists
    print(  # noqa: T201 - a command line tool
        f"{state['injections']} injections, {len(bad)} violations, "
        f"{state['seconds']:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
