"""Purging working scans: one bounded round, as often as one likes.

For each paper whose time has come: first the purge is recorded, in one transaction
with its row of the trail, and from that commit on everybody is told that the scan is
gone; then its files are removed. A crash between the two leaves files that nobody
reads any more, and the next round removes them. Files are looked for once more some
minutes later: a picture that was being drawn meanwhile goes too.

A round without papers removes strays: files older than every period that are no scan
on record, as a crash between the store and the database leaves them, and pictures,
which are drawn again when somebody looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from certify.attestation import Act
from certify.case import StoredScan
from certify.clock import Clock
from certify.ports import ScanStore
from certify.previews import files_of
from certify.retention import PaperState, RetentionRule, purge_from

DEFAULT_BATCH = 100
SETTLED = timedelta(minutes=10)
"""Longer than any request that read a scan before its purge was recorded."""
_BY_SYSTEM = Act("system", "scan.purge")


@dataclass(frozen=True)
class PurgedPaper:
    """A paper whose purge is recorded; `scans` are those whose files have to go."""

    original_id: str
    purged_at: datetime
    scans: Sequence[StoredScan]


@dataclass(frozen=True)
class PurgeRound:
    """What one round did.

    Attributes:
        papers: ids of the papers purged now.
        scans: how many scans they had.
        settled: papers of earlier rounds that have no files any more.
        layouts: fingerprints of released papers that were forgotten.
        strays: files of no scan on record that were removed.
        more: there was more to do than one round does.
    """

    papers: tuple[str, ...]
    scans: int
    settled: int
    layouts: int
    strays: int
    more: bool


class ScanPurges(Protocol):
    """What the database knows of purges. Every method is one transaction."""

    def papers(
        self, scanned_before: datetime, *, after: str, limit: int
    ) -> Sequence[PaperState]:
        """Papers with scans that old and not purged, in order of id after `after`."""
        ...

    def record(
        self, original_id: str, due: Callable[[PaperState], bool], act: Act
    ) -> PurgedPaper | None:
        """Record the purge of all scans of a paper with its row of the trail.

        MUST ask `due` again under the locks that desk and workers take too, and do
        nothing when it says no. Layout fingerprints of the scans MUST go as well.
        """
        ...

    def unsettled(self, limit: int) -> Sequence[PurgedPaper]:
        """Papers whose purge is recorded and whose files may still be there."""
        ...

    def settle(self, paper: PurgedPaper) -> None:
        """Note that no file is left of the scans named."""
        ...

    def on_record(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that are scans and not purged."""
        ...

    def forget_layouts(self, released_before: datetime, limit: int) -> int:
        """Forget the layouts of papers released that long ago; return how many."""
        ...


class PurgeScans:
    """Removes working scans whose time is over."""

    def __init__(
        self,
        *,
        purges: ScanPurges,
        scans: ScanStore,
        clock: Clock,
        rule: RetentionRule,
        batch: int = DEFAULT_BATCH,
    ) -> None:
        """Take the collaborators; `batch` papers are purged in one round at most."""
        self._purges = purges
        self._scans = scans
        self._clock = clock
        self._rule = rule
        self._batch = batch

    def __call__(self, act: Act = _BY_SYSTEM) -> PurgeRound:
        """Do one round; `act` names who has it done.

        Raises:
            ServiceUnavailable: database or scan store is away; the next round goes on.
        """
        settled = self._settle()
        due = self.due(self._batch + 1)
        done = [
            paper
            for state in due[: self._batch]
            if (paper := self.purge(state.original_id, self._is_due, act)) is not None
        ]
        forgotten = self._purges.forget_layouts(
            self._clock.now() - self._rule.fingerprints, self._batch
        )
        strays = 0 if due else self._remove_strays()
        return PurgeRound(
            papers=tuple(paper.original_id for paper in done),
            scans=sum(len(paper.scans) for paper in done),
            settled=settled,
            layouts=forgotten,
            strays=strays,
            more=len(due) > self._batch or self._batch in {forgotten, strays},
        )

    def due(self, limit: int) -> Sequence[PaperState]:
        """Return papers whose scans would go now; nothing is changed."""
        shortest = min(self._rule.released, self._rule.unreleased)
        scanned_before = self._clock.now() - shortest
        found: list[PaperState] = []
        after = ""
        while len(found) < limit:
            page = self._purges.papers(scanned_before, after=after, limit=self._batch)
            if not page:
                break
            after = page[-1].original_id
            found += [state for state in page if self._is_due(state)]
        return found[:limit]

    def purge(
        self, original_id: str, due: Callable[[PaperState], bool], act: Act
    ) -> PurgedPaper | None:
        """Purge one paper's scans if `due`, under lock, says so."""
        paper = self._purges.record(original_id, due, act)
        if paper is not None:
            self._remove(paper)
        return paper

    def _settle(self) -> int:
        settled = 0
        for paper in self._purges.unsettled(self._batch):
            self._remove(paper)
            if paper.purged_at + SETTLED <= self._clock.now():
                self._purges.settle(paper)
                settled += 1
        return settled

    def _remove_strays(self) -> int:
        longest = max(self._rule.released, self._rule.unreleased)
        removed = 0
        old = self._scans.older(self._clock.now() - longest - timedelta(days=1))
        while removed < self._batch and (keys := list(islice(old, self._batch))):
            strays = sorted(set(keys) - self._purges.on_record(keys))
            for key in strays[: self._batch - removed]:
                self._scans.remove(key)
                removed += 1
        return removed

    def _is_due(self, state: PaperState) -> bool:
        moment = purge_from(state, self._rule)
        return moment is not None and moment <= self._clock.now()

    def _remove(self, paper: PurgedPaper) -> None:
        for scan in paper.scans:
            for key in sorted(files_of(scan)):
                self._scans.remove(key)
