"""Holds the archive against the register before any number is given (design §4.1).

A database restored from an older backup has forgotten copies that citizens hold. The
archive has not: each of them is checked as a stranger would and written back into the
book. Until that is done in a process, `Register.reserve` gives no number in it.
"""

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from certify.attestation import StoredObject
from certify.clock import Clock
from certify.errors import NotFound, StoredDataDamaged
from certify.evidence import (
    FOLDER,
    ArchivedCopy,
    CopyEvidence,
    evidence_from_json,
    evidence_key,
)
from certify.ports import Archive, Inspector, Register, WorkFolder
from certify.self_check import (
    begins_with,
    check_as_stranger,
    check_belongs_to_intent,
)


class ReplayArchive:
    """Opens numbering, once per process, after the archive was replayed."""

    def __init__(
        self,
        *,
        register: Register,
        archive: Archive,
        inspector: Inspector,
        own_certificates: Collection[str],
        clock: Clock,
        work_folder: WorkFolder,
    ) -> None:
        """Take the collaborators.

        `own_certificates`: SHA-256 (hex) of every certificate our authorities sign
        and seal with, past ones included.
        """
        self._register = register
        self._archive = archive
        self._inspector = inspector
        self._own_certificates = frozenset(own_certificates)
        self._clock = clock
        self._work_folder = work_folder
        self._lock = threading.Lock()
        self._done = False

    def __call__(self) -> Sequence[str]:
        """Replay unless this process has; return the ids of recovered attestations.

        Raises:
            StoredDataDamaged: an object whose number nobody can tell, a copy that
                does not verify as ours, or one number on two copies. Numbering stays
                closed until somebody looks.
            ServiceUnavailable: archive or database is away.
        """
        with self._lock:
            if self._done:
                return ()
            with self._work_folder() as folder:
                recovered = self._replay(folder)
            self._register.open_numbering()
            self._done = True
            return recovered

    def _replay(self, folder: Path) -> Sequence[str]:
        known = self._register.released_files()
        candidates = [
            ArchivedCopy(stored, evidence)
            for stored in self._archive.list("")
            if not stored.key.startswith(FOLDER) and stored.sha256 not in known
            if (evidence := self._evidence(stored, folder)) is not None
        ]
        forgotten = self._register.forgotten(candidates)
        self._check_all(forgotten, folder)
        if forgotten:
            self._register.recover(forgotten, self._clock.now())
        return sorted({c.evidence.statement.attestation_id for c in forgotten})

    def _evidence(self, stored: StoredObject, folder: Path) -> CopyEvidence | None:
        """Read what is archived about a copy; None if its number is known anyway."""
        key = evidence_key(stored.key)
        attestation_id = stored.key.partition("/")[0]
        path = folder / "evidence.json"
        try:
            found = next(o for o in self._archive.list(key) if o.key == key)
            self._archive.fetch(found, path)
            evidence = _about(stored, path)
        except (
            StopIteration,
            NotFound,
            StoredDataDamaged,
            ValueError,
            KeyError,
            TypeError,
        ) as error:
            if self._register.holds_number(attestation_id):
                return None
            raise StoredDataDamaged(
                what=f"tệp lưu trữ không rõ số chứng thực: {stored.key}"
            ) from error
        return evidence

    def _check_all(self, copies: Sequence[ArchivedCopy], folder: Path) -> None:
        """Refuse what is not a finished copy of ours, or the beginning of one.

        The archive timestamp of an edition that was renewed may be long over: the
        renewed one begins with the same bytes and proves them.
        """
        latest: tuple[str, Path] | None = None
        for number, copy in enumerate(sorted(copies, key=_by_age, reverse=True)):
            attestation_id = copy.evidence.statement.attestation_id
            path = folder / f"{number}.pdf"
            self._archive.fetch(copy.stored, path)
            if latest is None or latest[0] != attestation_id:
                if latest is not None:
                    latest[1].unlink()
                latest = attestation_id, path
            elif begins_with(latest[1], path):
                check_belongs_to_intent(path, copy.evidence.intent)
                path.unlink()
                continue
            self._check(copy, path)
            if path != latest[1]:
                path.unlink()
        if latest is not None:
            latest[1].unlink()

    def _check(self, copy: ArchivedCopy, path: Path) -> None:
        statement = copy.evidence.statement
        used = {statement.signatory_certificate, statement.seal_certificate}
        if not used <= self._own_certificates:
            raise StoredDataDamaged(what=f"{copy.stored.key}: chứng thư số lạ")
        check_belongs_to_intent(path, copy.evidence.intent)
        inspection = self._inspector.inspect(path)
        check_as_stranger(inspection, copy.evidence.intent, statement)
        number = copy.evidence.intent.number
        record = inspection.record
        if (
            record.get("number") != copy.evidence.shown_number
            or record.get("book") != number.book
            or record.get("authority_id") != number.authority_id
        ):
            raise StoredDataDamaged(what=f"{copy.stored.key}: số chứng thực")


def _by_age(copy: ArchivedCopy) -> tuple[str, int, int]:
    evidence = copy.evidence
    renewal = evidence.renewal.attempt if evidence.renewal else 0
    return evidence.statement.attestation_id, evidence.intent.attempt, renewal


def _about(stored: StoredObject, path: Path) -> CopyEvidence:
    """Read evidence and check that it is about this object."""
    evidence = evidence_from_json(path.read_text(encoding="utf-8"))
    if (
        evidence.key != evidence_key(stored.key)
        or evidence.file_sha256 != stored.sha256
    ):
        raise StoredDataDamaged(what=stored.key)
    return evidence
