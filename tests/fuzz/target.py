"""What is fuzzed: makes inputs, judges them, says what may never happen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        number: with the run's seed it makes the same input again.
        origin: the seed file it was made from.
        stated_page_mm: what the desk says of the paper; intake only.
    """

    number: int
    family: str
    origin: str
    data: bytes
    stated_page_mm: tuple[float, float] | None = None


class Broken(Exception):
    """The service did what it must not do; the message says what."""


class Target(Protocol):
    """One border at which strangers' bytes arrive."""

    name: str
    limit_seconds: float
    """The longest that any input may take."""

    def make(self, number: int) -> Case:
        """Make input `number` of this run's seed."""
        ...

    def judge(self, case: Case, path: Path, folder: Path) -> str:
        """Judge in this process, as the isolated child does; return the answer.

        Raises:
            Broken: the answer is not one of the allowed ones.
            MemoryError: isolated, it would have a name.
        """
        ...

    def judge_isolated(self, case: Case, path: Path, folder: Path) -> str:
        """Judge through the real runner, and look for what is left behind.

        Raises:
            Broken: the same, a process left behind, or too slow.
        """
        ...

    def close(self) -> None:
        """End the runner."""
        ...
