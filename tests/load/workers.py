"""Several worker processes, one of them killed every few seconds, over one register.

    python -m tests.load.workers --workers 4 --authorities 20 --copies 2000

The papers are compared and confirmed first, each office's in one act, but two of each
that are confirmed alone. Then the workers start; every `--kill-every` seconds one is
killed (SIGKILL), if possible in the middle of a copy, and another started. At the end
every book must run 1…n, every copy be released once, every trail hold, and one copy of
each office verify. The last line printed is the result as JSON, also in `--result`.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from api.dispatch import HandOver
from api.settings import Settings
from api.wiring import open_queue
from tests.chaos.audit import audit
from tests.load.province import Province, province
from tests.support.confirming import confirm_shown
from tests.support.papers import compared_papers, draw_paper
from tests.support.postgres import programs_of, serving

_ENDED = {0, -signal.SIGTERM}  # the latter while it was still loading
LOOK_SECONDS = 0.2
ALONE = 2  # of each office: citizens at the counter
_WAITS = re.compile(r"^issuing waits: (\S+)", re.MULTILINE)
_LEFT = "SELECT count(*) FROM attestations WHERE step <> 'released'"
_IN_HAND = "SELECT lease_owner FROM attestations WHERE lease_owner IS NOT NULL"
_TIMES = "SELECT released_at FROM editions ORDER BY 1"
# The confirmation raised each fence by one, every lease by one more.
_ATTEMPTS = (
    "SELECT sum(intent_attempt), max(fence - 1), sum(fence - 1) FROM attestations"
)


@dataclass(frozen=True)
class Plan:
    """What to run."""

    workers: int
    authorities: int
    copies: int
    kill_every: float
    kills: int
    limit: float
    lease_seconds: int = 60
    sweep_seconds: int = 10
    only_busy: bool = False
    archive: Mapping[str, Any] = field(default_factory=dict)


class Crew:
    """The worker processes."""

    def __init__(self, settings: Settings, size: int, log: Path) -> None:
        self._settings = settings
        self._log = log.open("ab")
        self.crew = [self._start() for _ in range(size)]
        self.killed = 0

    def kill_one(self, names: Sequence[str]) -> None:
        """Kill one of these, or else the oldest, and start another.

        Args:
            names: of workers that are in the middle of a copy: machine-process-chance.
        """
        busy = {int(name.split("-")[-2]) for name in names}
        victim = next((w for w in self.crew if w.pid in busy), self.crew[0])
        victim.kill()
        victim.wait(30)
        self.crew.remove(victim)
        self.crew.append(self._start())
        self.killed += 1

    def stop(self) -> list[int]:
        """Ask all to end; their exit codes."""
        for worker in self.crew:
            worker.send_signal(signal.SIGTERM)
        codes = [worker.wait(60) for worker in self.crew]
        self._log.close()
        return codes

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (sys.executable, "-m", "api", "worker", "--data", self._settings.data),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            env={"PATH": os.defpath} | environment(self._settings),
        )


def environment(settings: Settings) -> dict[str, str]:
    """The settings that were chosen, as an operator sets them."""
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        f"CERTIFY_{name.upper()}": value.get_secret_value()
        if isinstance(value, SecretStr)
        else str(value)
        for name, value in chosen.items()
        if value is not None and name != "data"
    }


def run(folder: Path, url: str, plan: Plan) -> dict[str, Any]:
    """Prepare, work, judge; the result."""
    settings = Settings(
        data=folder / "data",
        database_url=SecretStr(url),
        lease_seconds=plan.lease_seconds,
        sweep_seconds=plan.sweep_seconds,
        **plan.archive,
    )
    with province(settings, plan.authorities) as made:
        told(f"{len(made.offices)} authorities")
        ids = prepared(made, folder, plan.copies // plan.authorities)
        told(f"{sum(map(len, ids))} copies confirmed")
        started = time.monotonic()
        crew = Crew(settings, plan.workers, folder / "workers.log")
        try:
            done = watched(crew, url, plan, started)
        finally:
            codes = crew.stop()
        seconds = time.monotonic() - started
        found = [] if done else ["not everything was released in time"]
        found += [f"a worker ended with {code}" for code in codes if code not in _ENDED]
        for office, own in zip(made.offices, ids, strict=True):
            found += audit(made.at(office), own, own[:1])
        waits = Counter(_WAITS.findall((folder / "workers.log").read_text()))
        return {
            **figures(url, plan, seconds, crew.killed),
            "waits": dict(waits),
            "violations": found,
        }


def prepared(made: Province, folder: Path, each: int) -> list[list[str]]:
    """Compare and confirm papers in every office; put them in the queue."""
    paper = folder / "paper.jpg"
    draw_paper(paper)
    ids = []
    services = made.services
    with open_queue(made.settings) as queue:
        hand_over = HandOver(
            queue=queue, cases=services.cases, held_keys=services.external_keys
        )
        for office in made.offices:
            desk = made.at(office)
            own = list(compared_papers(desk, paper, each))
            confirm_shown(desk, own[ALONE:])
            hand_over(own[ALONE:])
            for one in own[:ALONE]:
                confirm_shown(desk, [one])
                hand_over([one])
            ids.append(own)
    return ids


def watched(crew: Crew, url: str, plan: Plan, started: float) -> bool:
    """Kill until all is released; False when that takes too long."""
    next_kill = started + plan.kill_every
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < started + plan.limit:
            row = connection.execute(_LEFT).fetchone()
            if row is not None and not row[0]:
                return True
            if time.monotonic() >= next_kill and crew.killed < plan.kills:
                owners = [name for (name,) in connection.execute(_IN_HAND).fetchall()]
                if owners or not plan.only_busy:
                    crew.kill_one(owners)
                    next_kill = time.monotonic() + plan.kill_every
                    told(f"{crew.killed} killed, {row and row[0]} left")
            time.sleep(LOOK_SECONDS)
    return False


def figures(url: str, plan: Plan, seconds: float, killed: int) -> dict[str, Any]:
    """What the run took; the first copy waits for the workers to load."""
    with psycopg.connect(url) as connection:
        times = [row[0] for row in connection.execute(_TIMES).fetchall()]
        attempts, most, leases = connection.execute(_ATTEMPTS).fetchone() or (0, 0, 0)
        (jobs,) = connection.execute(
            "SELECT count(*) FROM certify_queue.procrastinate_jobs"
            " WHERE task_name = 'issue'"
        ).fetchone() or (0,)
    minutes = statistics.multimode(time[:16] for time in times)
    return {
        **{k: v for k, v in vars(plan).items() if k != "archive"},
        "archive": plan.archive.get("archive", "folder"),
        "released": len(times),
        "killed": killed,
        "seconds": round(seconds, 1),
        "copies_per_minute": round(len(times) / seconds * 60, 1),
        "best_minute": sum(time[:16] == minutes[0] for time in times) if times else 0,
        "attempts": attempts,
        "leases": leases,
        "most_leases_of_one": most,
        "jobs_left": jobs,
    }


def told(words: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)  # noqa: T201 - a tool


@contextmanager
def s3_archive(folder: Path) -> Iterator[Mapping[str, Any]]:
    """A SeaweedFS of its own with a bucket; its settings."""
    from tests.support.real import need  # noqa: PLC0415 - only when asked for
    from tests.support.s3_buckets import fresh_bucket  # noqa: PLC0415 - see above
    from tests.support.seaweed import kill, start_seaweed  # noqa: PLC0415 - see above

    store = folder / "store"
    store.mkdir()
    server, process = start_seaweed(need("weed"), store)
    try:
        keys = {"access": server.service.access, "secret": server.service.secret}
        for name, text in keys.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(text)
        yield {
            "archive": "s3",
            "s3_endpoint": f"http://{server.endpoint}",
            "s3_bucket": fresh_bucket(server).name,
            "s3_access_key_file": folder / "access",
            "s3_secret_key_file": folder / "secret",
        }
    finally:
        kill(process)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once on a server of its own; 0 without violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--authorities", type=int, default=20)
    parser.add_argument("--copies", type=int, default=2000)
    parser.add_argument("--kill-every", type=float, default=10)
    parser.add_argument("--kills", type=int, default=10**6, help="at most")
    parser.add_argument("--limit", type=float, default=6 * 3600, help="seconds")
    parser.add_argument("--archive", choices=("folder", "s3"), default="folder")
    parser.add_argument("--database", default="postgresql15")
    parser.add_argument("--result", type=Path)
    given = parser.parse_args(arguments)
    plan = Plan(
        workers=given.workers,
        authorities=given.authorities,
        copies=given.copies,
        kill_every=given.kill_every,
        kills=given.kills,
        limit=given.limit,
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serving(programs_of(given.database)))
        url = stack.enter_context(server.fresh(migrated=False))
        if given.archive == "s3":
            plan = replace(plan, archive=stack.enter_context(s3_archive(folder)))
        result = run(folder, url, plan)
    line = json.dumps(result, ensure_ascii=False)
    if given.result is not None:
        given.result.write_text(line + "\n", encoding="utf-8")
    print(line)  # noqa: T201 - a tool
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
