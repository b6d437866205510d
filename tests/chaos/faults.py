"""What can go wrong, and where: every fault is a real one.

A point is a moment around a collaborator's call of the main job. Beside the points a
process is killed inside a transaction, inside a write to disk, or between two of the
three timestamps. Nothing here invents a result: the code under test only ever sees a
dead process, a silent or lying server, a full disk, a locked database, a key that
does not answer, a clock that steps.
"""

from dataclasses import dataclass
from math import gcd

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

AT_A_POINT = (
    "kill",
    "tsa_down",
    "tsa_garbage",
    "tsa_slow",
    "tsa_wrong_clock",
    "ocsp_down",
    "ocsp_garbage",
    "key_away",
    "disk_full",
    "database_locked",
    "clock_forward_7_minutes",
    "clock_forward_1_day",
    "clock_back_1_hour",
)
CLOCK_STEPS = {
    "clock_forward_7_minutes": 7 * 60,
    "clock_forward_1_day": 24 * 3600,
    "clock_back_1_hour": -3600,
}
KILLED_BY_COUNT = {"kill_in_sql": 60, "kill_in_fsync": 14, "kill_at_timestamp": 4}
"""Fault → how many of its occasions one run has, about."""

SQL_STRIDE = 2


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


def catalogue() -> list[Fault]:
    """Every fault at every point."""
    listed = [Fault(kind, side, call) for kind in AT_A_POINT for side, call in POINTS]
    for kind, occasions in KILLED_BY_COUNT.items():
        listed += [Fault(kind, occasion=n) for n in range(1, occasions + 1)]
    return listed


def nth(number: int) -> Fault:
    """The fault of an injection: all of the catalogue in a scattered order."""
    listed = catalogue()
    stride = 149
    while gcd(stride, len(listed)) != 1:
        stride += 1
    return listed[number * stride % len(listed)]
