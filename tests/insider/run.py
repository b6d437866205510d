"""An insider with all rights on the database against an outsider with one checkpoint.

    python -m tests.insider.run --count 1000 [--database postgresql18] [--seed 1]

Each crime changes rows older than the kept checkpoint, with none to all of its tracks
covered: chain recomputed, tree rebuilt, checkpoints rewritten, even signed again with
the service's own key. Then what `certify trail verify` runs is run. Untouched databases
in which work went on must raise no alarm. Seeded: count and seed do the same again.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, func, select

from certify.checkpoint import Checkpoint
from certify.trail_audit import TrailAudit
from storage.database import Database
from storage.tables import trail_reasons, tree_leaves
from tests.fuzz.chance import Random, chance
from tests.insider.hands import Cover, cover_up, superuser
from tests.insider.office import add_rows, make_office
from tests.insider.register_crimes import IN_REGISTER
from tests.insider.scene import Scene
from tests.insider.trail_crimes import IN_TRAIL
from tests.support.builders import AUTHORITY_ID
from tests.support.clock import MORNING, FakeClock
from tests.support.fields import FIELDS
from tests.support.public_trail import PublicTrail

DATABASES = ("sqlite", "postgresql15", "postgresql18")
Copies = Callable[[], Iterator[str]]


class Office:
    """The seeded database, of which every crime gets a copy of its own."""

    def __init__(self, url: str, copy: Callable[[], object]) -> None:
        database = Database(url, fields=FIELDS)
        database.migrate()
        self.kept = make_office(database)
        database.close()
        self.copy = copy


def commit_crime(url: str, number: int, seed: int, kept: Checkpoint) -> tuple[str, int]:
    """Do the crime of a number; its name and how far it was covered up."""
    rng = chance("insider", seed, number)
    crimes = [(crime, cover) for crime in IN_TRAIL for cover in Cover]
    crimes += [(crime, Cover.NOTHING) for crime in IN_REGISTER]
    crime, cover = crimes[number % len(crimes)]
    with superuser(url) as connection:
        before = connection.scalar(
            select(func.max(tree_leaves.c.sequence)).where(
                tree_leaves.c.authority_id == AUTHORITY_ID,
                tree_leaves.c.leaf_index < kept.head.size,
            )
        )
        scene = Scene(connection, rng, rng.randrange(kept.head.size), before or 0)
        order = crime(scene)
        if crime in IN_TRAIL:
            cover_up(connection, cover, order)
    return crime.__name__, cover


def go_on_working(url: str, rng: Random) -> None:
    """What an honest office does: more rows, checkpoints, reasons erased on request."""
    database = Database(url, fields=FIELDS)
    clock = FakeClock(MORNING)
    clock.advance(days=1)
    public = PublicTrail(database, clock)
    for _ in range(rng.randrange(3)):
        add_rows(database, rng.randrange(1, 30), begin=clock.now())
        if rng.random() < 0.7:
            clock.advance(minutes=5)
            public.checkpoint()
    with database.writing() as connection:
        erased = rng.randrange(1, 40)
        connection.execute(
            delete(trail_reasons).where(trail_reasons.c.sequence < erased)
        )
    database.close()


def audited(url: str, *kept: Checkpoint) -> TrailAudit:
    """The full check of a database."""
    database = Database(url, fields=FIELDS)
    try:
        return PublicTrail(database, FakeClock()).audit(*kept)
    finally:
        database.close()


@contextmanager
def office(kind: str) -> Iterator[Office]:
    """Seed a database of a kind."""
    with tempfile.TemporaryDirectory(prefix="insider-") as folder:
        if kind == "sqlite":
            yield _files(Path(folder))
            return
        from tests.support.postgres import programs_of, serving  # noqa: PLC0415 - only then

        with serving(programs_of(kind)) as server, server.fresh() as url:

            @contextmanager
            def copy() -> Iterator[str]:
                name = "insider_copy"
                server.execute("CREATE DATABASE {} TEMPLATE {}", name, _name(url))
                yield server.url(name)
                server.execute("DROP DATABASE {} WITH (FORCE)", name)

            yield Office(url, copy)


def _files(folder: Path) -> Office:
    @contextmanager
    def copy() -> Iterator[str]:
        target = folder / "copy.db"
        shutil.copy(folder / "register.db", target)
        yield f"sqlite:///{target}"
        for part in folder.glob("copy.db*"):
            part.unlink()

    # The last connection that closes writes the WAL back: one file is the database.
    return Office(f"sqlite:///{folder / 'register.db'}", copy)


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1].partition("?")[0]


def run(count: int, untouched: int, kind: str, seed: int) -> int:
    """Try; return the number of crimes not found and of false alarms."""
    done, found, inside = Counter[str](), Counter[str](), Counter[str]()
    missed = false = 0
    started = time.monotonic()
    with office(kind) as place:
        for number in range(count):
            with place.copy() as url:
                name, cover = commit_crime(url, number, seed, place.kept)
                key = f"{name}/{Cover(cover).name.lower()}"
                done[key] += 1
                audit = audited(url, place.kept)
                codes = {finding.code for finding in audit.findings}
            found[key] += bool(codes)
            inside[key] += bool(codes - {"tree.kept"})
            missed += not codes
        for number in range(untouched):
            with place.copy() as url:
                go_on_working(url, chance("honest", seed, number))
                false += not audited(url, place.kept).sound
    _print(done, found, inside)
    print(  # noqa: T201 - a command line tool
        f"{kind}: {count - missed} of {count} found, {false} false alarms in "
        f"{untouched}, {time.monotonic() - started:.0f} s, seed {seed}"
    )
    return missed + false


def _print(done: Counter[str], found: Counter[str], inside: Counter[str]) -> None:
    print(f"{'crime/covered up to':<36}{'done':>6}{'found':>7}{'without kept':>14}")  # noqa: T201 - as above
    for key in done:
        print(f"{key:<36}{done[key]:>6}{found[key]:>7}{inside[key]:>14}")  # noqa: T201 - as above


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0 only if every crime was found and no honest office was blamed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--untouched", type=int, default=100)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    return bool(run(options.count, options.untouched, options.database, options.seed))


if __name__ == "__main__":
    sys.exit(main())
