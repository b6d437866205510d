"""Holds every released edition against the archive, and the archive against the book.

Reads everything that was ever released, so it takes long: it goes by digest, in order,
and can go on where it stopped. It changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from certify.attestation import CertifiedCopy, Edition, StoredObject
from certify.clock import Clock
from certify.errors import (
    NotFound,
    ServiceUnavailable,
    StoredDataDamaged,
)
from certify.evidence import FOLDER, evidence_key
from certify.ports import Archive, WorkFolder

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ForeignVersion:
    """What somebody else put over an object of ours; never read.

    Attributes:
        kind: "newer" or "delete_marker".
    """

    key: str
    version_id: str
    kind: str


class AuditedArchive(Archive, Protocol):
    """An archive that can say what protects an object."""

    def retained_until(self, stored: StoredObject) -> datetime | None:
        """Until when that version is kept; None if it is not.

        Raises NotFound, StoredDataDamaged, ServiceUnavailable.
        """
        ...

    def foreign(self, prefix: str = "") -> Iterator[ForeignVersion]:
        """Return what others put over our objects, if the store lets them."""
        ...


class RestorableArchive(AuditedArchive, Protocol):
    """An archive that takes objects of a backup back under the versions they had."""

    def put_back(self, stored: StoredObject, path: Path, until: datetime) -> None:
        """Store the bytes of a version that was lost.

        Raises WrongState (another object is there), StoredDataDamaged,
        ServiceUnavailable.
        """
        ...


class ReleasedFiles(Protocol):
    """What the audit asks the register; see `certify.ports.Register`."""

    def released_files(self) -> frozenset[str]:
        """Return the digests of all released files."""
        ...

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        ...


@dataclass
class ArchiveAudit:
    """What one run found. Editions are named "<attestation id>/<sequence>".

    Attributes:
        editions: released, in all.
        checked: by this run.
        after: the last digest that was checked; where the next run goes on.
        complete: False when the archive went away before the end.
        missing: the version of the register is not there.
        damaged: its bytes are not those of the register.
        unlocked: nothing keeps it from being removed.
        without_evidence: a lost register could not get it back.
        unknown: keys of no released edition; discarded attempts are among them.
        foreign: what others put over our objects.
    """

    editions: int = 0
    checked: int = 0
    after: str = ""
    complete: bool = False
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    unlocked: list[str] = field(default_factory=list)
    without_evidence: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    foreign: list[ForeignVersion] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True if every edition looked at is whole, and nobody meddled."""
        return not (
            self.missing
            or self.damaged
            or self.unlocked
            or self.without_evidence
            or self.foreign
        )


class AuditArchive:
    """Walks every edition."""

    def __init__(
        self,
        *,
        register: ReleasedFiles,
        archive: AuditedArchive,
        clock: Clock,
        work_folder: WorkFolder,
    ) -> None:
        """Take the collaborators."""
        self._register = register
        self._archive = archive
        self._clock = clock
        self._work_folder = work_folder

    def __call__(
        self, *, after: str = "", progress: Progress = lambda *_: None
    ) -> ArchiveAudit:
        """Audit; an archive that goes away ends the run early, see `complete`.

        Args:
            after: only editions whose SHA-256 (hex) is greater.
            progress: told how many are done, of how many, and the last digest.
        """
        files = self._register.released_files()
        found = ArchiveAudit(editions=len(files), after=after)
        left = sorted(sha256 for sha256 in files if sha256 > after)
        with suppress(ServiceUnavailable):
            for sha256 in left:
                self._look_at(sha256, found)
                found.checked, found.after = found.checked + 1, sha256
                progress(found.checked, len(left), sha256)
            found.unknown = [
                stored.key
                for stored in self._archive.list("")
                if not stored.key.startswith(FOLDER) and stored.sha256 not in files
            ]
            found.foreign = list(self._archive.foreign())
            found.complete = True
        return found

    def _look_at(self, sha256: str, found: ArchiveAudit) -> None:
        copy = self._register.released_file(sha256)
        if copy is None:
            raise RuntimeError("a released file without its copy")
        edition = next(e for e in copy.editions if e.stored.sha256 == sha256)
        name = f"{edition.attestation_id}/{edition.sequence}"
        if not self._is_whole(edition, name, found):
            return
        until = self._archive.retained_until(edition.stored)
        if until is None or until <= self._clock.now():
            found.unlocked.append(name)
        key = evidence_key(edition.stored.key)
        if not any(stored.key == key for stored in self._archive.list(key)):
            found.without_evidence.append(name)

    def _is_whole(self, edition: Edition, name: str, found: ArchiveAudit) -> bool:
        try:
            with self._work_folder() as folder:
                self._archive.fetch(edition.stored, folder / "edition.pdf")
        except NotFound:
            found.missing.append(name)
        except StoredDataDamaged:
            found.damaged.append(name)
        else:
            return True
        return False
