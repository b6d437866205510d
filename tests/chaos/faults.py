"""What can go wrong, and where: every fault is a real one.

A point is a moment around a collaborator's call of the main job. Beside the points a
process is killed inside a transaction, at a commit, inside a write to disk or to the
store, or between two of the three timestamps. Nothing here invents a result: the code
under test only ever sees a dead process, a silent or lying server, a connection that
ends, a full disk or store, a locked database, a key that is away, a clock that steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, gcd
from types import MappingProxyType

STEPS = {
    "take": 1,
    "check_certificates": 1,
    "fetch": 2,
    "make_ready": 3,
    "reserve": 3,
    "prepare": 4,
    "intend": 5,
    "seal": 6,
    "inspect": 7,
    "put_once": 8,
    "complete": 9,
    "give_back": 10,
}
"""Call → step of `certify.issue`; 10 is the end of the lease."""

POINTS = tuple((side, call) for call in STEPS for side in ("before", "after"))

CLOCK_STEPS = {
    "clock_forward_7_minutes": 7 * 60,
    "clock_forward_1_day": 24 * 3600,
    "clock_back_1_hour": -3600,
}
EVERYWHERE = (
    "kill",
    "tsa_down",
    "tsa_garbage",
    "tsa_slow",
    "tsa_wrong_clock",
    "ocsp_down",
    "ocsp_garbage",
    "disk_full",
    "database_locked",
    *CLOCK_STEPS,
)
OF_SERVER = ("database_cut", "commit_unsent", "commit_unheard")
OF_STORE = ("archive_cut", "archive_slow", "archive_full", "archive_unheard")
_STRIDE = 11  # through the points, so that neighbours lie in different steps
OF_KEYS = {"file": "key_away", "softhsm": "hsm_out"}


@dataclass(frozen=True)
class Fault:
    """One injection.

    Attributes:
        side, call: the point; "" for faults that count occasions.
        occasion: 1…, for those.
    """

    kind: str
    side: str = ""
    call: str = ""
    occasion: int = 0

    @property
    def name(self) -> str:
        where = f"{self.side} {self.call}" if self.call else f"#{self.occasion}"
        return f"{self.kind} {where}"

    @property
    def step(self) -> int:
        return STEPS.get(self.call, 0)


@dataclass(frozen=True)
class Setup:
    """What a world is made of; it decides what can go wrong in it."""

    database: str = "sqlite"
    archive: str = "folder"
    keys: str = "file"

    @property
    def at_a_point(self) -> tuple[str, ...]:
        return (
            *EVERYWHERE,
            OF_KEYS[self.keys],
            *(OF_SERVER if self.database != "sqlite" else ()),
            *(OF_STORE if self.archive == "s3" else ()),
        )

    @property
    def silencing(self) -> frozenset[str]:
        """While these last nothing can be written down, a cause least of all."""
        file = () if self.database != "sqlite" else ("disk_full",)
        return frozenset({"database_locked", *OF_SERVER, *file})

    @property
    def killed_by_count(self) -> Mapping[str, int]:
        """Fault → how many of its occasions one run has, about."""
        counts = {"kill_in_sql": 60, "kill_at_timestamp": 4}
        if self.database != "sqlite":
            counts["kill_at_commit"] = 9
        if self.archive == "s3":
            counts |= {"kill_in_upload": 2, "kill_at_upload": 2}
        else:
            counts["kill_in_fsync"] = 14
        return MappingProxyType(counts)

    def catalogue(self) -> list[Fault]:
        """Every fault at every point."""
        listed = [
            Fault(kind, side, call) for kind in self.at_a_point for side, call in POINTS
        ]
        for kind, occasions in self.killed_by_count.items():
            listed += [Fault(kind, occasion=n) for n in range(1, occasions + 1)]
        return listed

    def scattered(self) -> Sequence[Fault]:
        """All of the catalogue once, kind after kind, each at ever other points."""
        lanes = [
            lane
            for _, kind in groupby(self.catalogue(), key=lambda fault: fault.kind)
            for lane in _lanes(list(kind))
        ]
        return [
            lane[(number * 5 + rank * _STRIDE) % len(lane)]
            for rank in range(len(POINTS))
            for number, lane in enumerate(lanes)
            if rank < len(lane)
        ]


def _lanes(faults: Sequence[Fault]) -> Iterator[Sequence[Fault]]:
    """Split what has more occasions than there are points."""
    count = ceil(len(faults) / len(POINTS))
    for first in range(count):
        lane = faults[first::count]
        if gcd(len(lane), _STRIDE) != 1:
            raise RuntimeError("the stride would pass over some")
        yield lane
