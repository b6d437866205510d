"""What the public trail costs on a long trail: `python -m bench.public_trail --rows N`.

Rows are made up and rightly chained, in a SQLite file; then the real publisher, proofs
and full check run on them. CPU seconds of this process, and wall; no TSA is asked.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from api.wiring.public_trail import build_trail_audit
from certify.checkpoint import Checkpoint
from certify.clock import SystemClock
from certify.errors import TimestampUnavailable
from certify.merkle import check_consistency, consistency_path, inclusion_path
from certify.publish_checkpoint import PublishCheckpoint
from keys.note import NoteSigningKey
from storage.audit import BEFORE_FIRST, _digest
from storage.columns import utc_text
from storage.database import Database
from storage.personal import FieldKeys
from storage.tables import authorities, trail
from storage.trail_tree import SqlTrailTree

Result = TypeVar("Result")
AUTHORITIES = 40  # communes of a small province
ROUND = 1_000  # rows of five busy minutes
PROOFS = 200


class NoTsa:
    """No TSA is asked."""

    def stamp(self, _note: str) -> tuple[bytes, datetime]:
        raise TimestampUnavailable(service="TSA", reason="không hỏi")


class Nowhere:
    """Nothing is kept outside."""

    def read(self) -> str | None:
        return None

    def write(self, note: str) -> None:
        """Forget it."""


class Rows:
    """Chains that go on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heads = dict.fromkeys(map(str, range(AUTHORITIES)), BEFORE_FIRST.digest)
        self._sequence = dict.fromkeys(self._heads, 0)
        self._at = SystemClock().now()
        with database.writing() as connection:
            connection.execute(
                insert(authorities),
                [
                    {
                        "id": name,
                        "unit_code": f"H35.12.{name}",
                        "name": f"UBND xã {name}",
                        "place": "",
                        "province": "",
                        "seal_key_id": "",
                    }
                    for name in self._heads
                ],
            )

    def add(self, many: int) -> None:
        for start in range(0, many, 10_000):
            count = min(10_000, many - start)
            values = [self._row(str(n % AUTHORITIES)) for n in range(count)]
            with self._database.writing() as connection:
                connection.execute(insert(trail), values)

    def _row(self, authority_id: str) -> dict[str, object]:
        sequence = self._sequence[authority_id] = self._sequence[authority_id] + 1
        row: dict[str, object] = {
            "authority_id": authority_id,
            "sequence": sequence,
            "at": self._at,
            "actor": "officer:can-bo-lan",
            "action": "scan.attach",
            "subject": f"s{sequence}",
            "details": {"sha256": "ab" * 32},
            "reason_commitment": None,
            "previous": self._heads[authority_id],
        }
        digest = _digest({**row, "at": utc_text(self._at)})
        self._heads[authority_id] = digest
        return {**row, "digest": digest}


def timed(what: str, work: Callable[[], Result], times: int = 1) -> Result:
    """Run and print CPU and wall seconds, per time."""
    cpu, wall = time.process_time(), time.monotonic()
    result = work()
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    print(f"{what:<44}{cpu / times:>12.4f} s CPU{wall / times:>12.4f} s", flush=True)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill, publish, prove, check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args(arguments).rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "register.db"
        database = Database(f"sqlite:///{file}", fields=FieldKeys(bytes(32)))
        database.migrate()
        made = Rows(database)
        timed(f"make {rows} rows", lambda: made.add(rows))
        database.close()
        before = file.stat().st_size
        tree = SqlTrailTree(database=database)
        publish = PublishCheckpoint(
            tree=tree,
            signer=NoteSigningKey(bytes(32)),
            timestamps=NoTsa(),
            kept=Nowhere(),
            clock=SystemClock(),
        )
        first = timed("first checkpoint of all of them", publish).checkpoint
        database.close()
        print(f"the tree adds {(file.stat().st_size - before) / rows:.0f} bytes a row")
        made.add(ROUND)
        second = timed(f"a round with {ROUND} new rows", publish).checkpoint
        timed("a round with nothing new", publish)
        if first is None or second is None:
            raise RuntimeError("nothing was published")
        _prove_and_check(database, tree, publish, (first, second))
        database.close()


def _prove_and_check(
    database: Database,
    tree: SqlTrailTree,
    publish: PublishCheckpoint,
    made: tuple[Checkpoint, Checkpoint],
) -> None:
    first, second = made
    size = second.head.size

    def prove() -> None:
        for number in range(PROOFS):
            inclusion_path(tree.subtree, number * (size // PROOFS), size)

    timed("inclusion proof", prove, PROOFS)
    path = consistency_path(tree.subtree, first.head.size, size)
    check_consistency(first.head, second.head, path)
    check = build_trail_audit(database, [publish.key])
    found = timed("full check", lambda: check([first]))
    print(f"sound: {found.sound}; {found.rows} rows; {len(path)} hashes")


if __name__ == "__main__":
    main()
