"""Walks the parts of an audit; stopped at any moment, it goes on where it was."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from certify.auditing.finding import MEANINGS, Finding
from certify.auditing.part import AuditPart, steps
from certify.clock import Clock
from certify.errors import TryLater

SAVE_EVERY_SECONDS = 1.0
INTERRUPTED = "interrupted"
MOST_LISTED = 1_000  # findings of one code in one part; further ones are only counted


@dataclass
class AuditState:
    """How far an audit has come.

    Attributes:
        quick: signatures are passed over.
        part: the one that is walked, or is next; "" when all are done.
        position: of its last step.
        looked_at: things, by part.
        findings: (part, finding), in the order found.
        unlisted: part → code → how many more of it were found.
    """

    started_at: datetime
    quick: bool
    part: str
    position: str = ""
    looked_at: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    unlisted: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def found(self) -> Counter[tuple[str, str]]:
        """How many there are of each (part, code), listed or not."""
        counted = Counter((part, one.code) for part, one in self.findings)
        for part, codes in self.unlisted.items():
            counted.update({(part, code): many for code, many in codes.items()})
        return counted


class AuditMemory(Protocol):
    """Keeps the state of one audit between runs."""

    def load(self) -> AuditState | None:
        """Return where the last run stopped; None if there is nothing to go on with."""
        ...

    def save(self, state: AuditState) -> None:
        """Keep the state; findings only grow."""
        ...

    def clear(self) -> None:
        """Forget it: the audit is finished, or begins anew."""
        ...


@dataclass(frozen=True)
class Progress:
    """Where a run is.

    Attributes:
        total: of this part; None if not known.
        rate: things a second, in this run.
    """

    part: AuditPart
    looked_at: int
    total: int | None
    findings: int
    rate: float


@dataclass(frozen=True)
class AuditReport:
    """What an audit found, over all its runs.

    Attributes:
        stopped_by: code of the error that ended it early, "interrupted", or "".
        resumed: it went on with an earlier run.
    """

    state: AuditState
    ended_at: datetime
    stopped_by: str
    resumed: bool

    @property
    def faults(self) -> int:
        """How many findings are faults."""
        found = self.state.found
        return sum(many for (_, code), many in found.items() if MEANINGS[code].is_fault)

    @property
    def is_complete(self) -> bool:
        """True if everything was looked at and could be judged."""
        return not self.stopped_by and self.faults == self.state.found.total()


class RunAudit:
    """One run: all parts, or what an earlier run has left of them."""

    def __init__(
        self,
        *,
        parts: Sequence[AuditPart],
        memory: AuditMemory,
        clock: Clock,
        quick: bool,
    ) -> None:
        """Take the parts, in the order in which they are walked."""
        self.parts = parts
        self._memory = memory
        self._clock = clock
        self._quick = quick

    def __call__(
        self,
        *,
        anew: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> AuditReport:
        """Audit until the end, an outage or Ctrl-C; the last two can be resumed.

        Args:
            anew: do not go on with an earlier run.
            progress: told at least once a second while there is progress.
        """
        state = None if anew else self._resumable()
        resumed = state is not None
        if state is None:
            self._memory.clear()
            state = AuditState(self._clock.now(), self._quick, self.parts[0].name)
        stopped_by = ""
        try:
            names = [part.name for part in self.parts]
            for part in self.parts[names.index(state.part) :]:
                self._walk(part, state, progress)
        except TryLater as error:
            stopped_by = error.code
        except KeyboardInterrupt:
            stopped_by = INTERRUPTED
        if stopped_by:
            self._memory.save(state)
        else:
            self._memory.clear()
        return AuditReport(state, self._clock.now(), stopped_by, resumed)

    def _resumable(self) -> AuditState | None:
        state = self._memory.load()
        known = {part.name for part in self.parts}
        if state is None or state.quick != self._quick or state.part not in known:
            return None
        return state

    def _walk(
        self,
        part: AuditPart,
        state: AuditState,
        progress: Callable[[Progress], None],
    ) -> None:
        if state.part != part.name:
            state.part, state.position = part.name, ""
        total, begun = part.count(), time.monotonic()
        # A part without positions begins anew, and finds the same things again.
        looked_at = state.looked_at.get(part.name, 0) if state.position else 0
        state.looked_at[part.name] = looked_at
        if not state.position:
            state.unlisted.pop(part.name, None)
        note, saved = _Notes(state, part.name), begun
        for done, step in enumerate(steps(part, state.position), 1):
            state.position = step.position
            note(step.findings)
            state.looked_at[part.name] = looked_at + done
            now = time.monotonic()
            if now - saved >= SAVE_EVERY_SECONDS:
                self._memory.save(state)
                saved = now
                progress(_progress(part, state, total, done / (now - begun)))


class _Notes:
    """Keeps what is found in a part: each thing once, and not more than can be read."""

    def __init__(self, state: AuditState, part: str) -> None:
        """Go on after what an earlier run has found."""
        self._state, self._part = state, part
        self._known = set(state.findings)
        self._listed = Counter(
            found.code for name, found in state.findings if name == part
        )

    def __call__(self, findings: Sequence[Finding]) -> None:
        """List findings, or count them."""
        for one in findings:
            if (self._part, one) in self._known:
                continue
            if self._listed[one.code] < MOST_LISTED:
                self._listed[one.code] += 1
                self._state.findings.append((self._part, one))
            else:
                more = self._state.unlisted.setdefault(self._part, {})
                more[one.code] = more.get(one.code, 0) + 1


def _progress(
    part: AuditPart, state: AuditState, total: int | None, rate: float
) -> Progress:
    looked_at = state.looked_at[part.name]
    return Progress(part, looked_at, total, state.found.total(), rate)
