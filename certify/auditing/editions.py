"""Every released file: as the trail says, and in the archive as it must be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from certify.attestation import CertifiedCopy, StoredObject
from certify.auditing.finding import Finding
from certify.auditing.judgement import judge_file
from certify.auditing.part import PAGE, Step
from certify.auditing.ports import AuditedArchive, AuditedEditions, EditionFacts
from certify.clock import Clock
from certify.errors import NotFound, StoredDataDamaged
from certify.evidence import evidence_from_json, evidence_key
from certify.ports import Inspector, WorkFolder

_TOLERANCE = timedelta(days=1)  # stores round; clocks are set back


class EditionsPart:
    """Holds every released file against the trail, then against the archive."""

    name = "editions"
    title = "Tệp đã cấp"

    def __init__(
        self, *, editions: AuditedEditions, in_archive: "InArchive | None" = None
    ) -> None:
        """Take what was released; without `in_archive` its files are passed over."""
        self._editions = editions
        self._in_archive = in_archive

    def count(self) -> int:
        """Count released files."""
        return self._editions.count()

    def walk(self, after: str) -> Iterator[Step]:
        """Look at files in order of SHA-256, which is the position."""
        while page := self._editions.page(after, PAGE):
            for facts in page:
                after = facts.stored.sha256
                yield Step(after, tuple(self._look_at(facts)))

    def _look_at(self, facts: EditionFacts) -> Iterator[Finding]:
        """Hold the register against the trail first, then the file against both."""
        subject = facts.stored.key
        if not facts.is_released:
            yield Finding("edition.unreleased", subject)
        elif not facts.is_committed:
            yield Finding("edition.uncommitted", subject)
        elif self._in_archive is not None:
            yield from self._in_archive(
                facts, self._editions.copy(facts.attestation_id)
            )


class InArchive:
    """Reads a released file by its version: there, unaltered, kept, rightly signed."""

    def __init__(
        self,
        *,
        archive: AuditedArchive,
        inspector: Inspector | None,
        clock: Clock,
        work_folder: WorkFolder,
        retention: timedelta,
    ) -> None:
        """Take the collaborators.

        Args:
            archive: where the files are.
            inspector: reads the signatures; None passes them over.
            clock: what "now" is.
            work_folder: for the file that is looked at.
            retention: how long a file is kept from the day it was made.
        """
        self._archive = archive
        self._inspector = inspector
        self._clock = clock
        self._work_folder = work_folder
        self._retention = retention

    def __call__(
        self, facts: EditionFacts, copy: CertifiedCopy | None
    ) -> Iterator[Finding]:
        """Name what is wrong with a file that the trail knows."""
        with self._work_folder() as folder:
            yield from self._look_at(facts, copy, folder)

    def _look_at(
        self, facts: EditionFacts, copy: CertifiedCopy | None, folder: Path
    ) -> Iterator[Finding]:
        stored, path = facts.stored, folder / "edition.pdf"
        try:
            self._archive.fetch(stored, path)
            until = self._archive.retained_until(stored)
        except NotFound:
            yield Finding("edition.missing", stored.key)
            return
        except StoredDataDamaged:
            yield Finding("edition.damaged", stored.key)
            return
        yield from self._judge_lock(facts, until)
        if not self._has_evidence(stored, copy, folder):
            yield Finding("edition.evidence", stored.key)
        if self._inspector is not None and copy is not None:
            inspection = self._inspector.inspect(path)
            yield from judge_file(inspection, copy, facts)

    def _judge_lock(
        self, facts: EditionFacts, until: datetime | None
    ) -> Iterator[Finding]:
        """A lock that ran as long as asked may be over; a shorter one never."""
        if until is not None and facts.kept_from is not None:
            asked = facts.kept_from + self._retention - _TOLERANCE
            if until >= asked:
                return
        if until is None or until <= self._clock.now():
            yield Finding("edition.unlocked", facts.stored.key)
        elif facts.kept_from is not None:
            yield Finding("edition.retention", facts.stored.key, until.isoformat())

    def _has_evidence(
        self, stored: StoredObject, copy: CertifiedCopy | None, folder: Path
    ) -> bool:
        """Tell whether a lost register could get this file back."""
        key, path = evidence_key(stored.key), folder / "evidence.json"
        found = next((o for o in self._archive.list(key) if o.key == key), None)
        if found is None:
            return False
        try:
            self._archive.fetch(found, path)
            evidence = evidence_from_json(path.read_text(encoding="utf-8"))
        except (NotFound, StoredDataDamaged, ValueError, KeyError, TypeError):
            return False
        digest = evidence.statement.digest
        same_statement = copy is None or digest == copy.statement.digest
        return evidence.file_sha256 == stored.sha256 and same_statement
