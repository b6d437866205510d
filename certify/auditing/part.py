"""What a part of the audit is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from certify.auditing.finding import Finding
from certify.errors import StoredDataDamaged

PAGE = 200  # rows asked for at a time
EMPTY_HEAD = "0" * 64  # before the first row of a chain
_NOT_OURS = (
    StoredDataDamaged,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,  # a time beyond what a calendar holds
    RecursionError,
)


@dataclass(frozen=True)
class Step:
    """One thing looked at.

    Attributes:
        position: where to go on after it; means something to its part only.
        findings: what was found of it.
    """

    position: str
    findings: tuple[Finding, ...] = ()


class AuditPart(Protocol):
    """Walks one kind of thing, in an order that stays the same.

    Attributes:
        name: stable, for machines.
        title: Vietnamese.
    """

    name: str
    title: str

    def count(self) -> int | None:
        """How many things there are to look at; None if that is not known before."""
        ...

    def walk(self, after: str) -> Iterator[Step]:
        """Look at everything after a position; "" begins with the first.

        Raises:
            TryLater: what it needs is away; the audit goes on from the last step.
        """
        ...


def steps(part: AuditPart, after: str) -> Iterator[Step]:
    """Walk a part; a row that is not of a shape we write is a finding, and its end.

    Raises:
        TryLater: as `AuditPart.walk` does.
    """
    try:
        for step in part.walk(after):
            yield step
            after = step.position
    except _NOT_OURS:
        yield Step(after, (Finding("audit.unreadable", part.name, after),))
