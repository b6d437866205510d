"""Every object of the archive is known to the register or to the trail.

A copy of an attempt that was discarded lies in the archive for as long as others: the
trail knows its attempt, and it begins with exactly the bytes that were intended.
"""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from certify.attestation import StoredObject
from certify.auditing.finding import Finding
from certify.auditing.part import PAGE, Step
from certify.auditing.ports import AuditedArchive, KnownAttempt, KnownObjects
from certify.errors import NotFound, StoredDataDamaged
from certify.evidence import FOLDER, CopyEvidence, evidence_from_json
from certify.ports import WorkFolder

OTHER_FOLDERS: tuple[str, ...] = ()
"""Folders of the archive, such as "trail/", that another part accounts for."""


class ObjectsPart:
    """Lists the archive."""

    name = "objects"
    title = "Tệp trong kho"

    def __init__(
        self, *, archive: AuditedArchive, known: KnownObjects, work_folder: WorkFolder
    ) -> None:
        """Take the collaborators."""
        self._archive = archive
        self._known = known
        self._work_folder = work_folder

    def count(self) -> int | None:
        """Nobody knows before the archive is listed."""
        return None

    def walk(self, after: str) -> Iterator[Step]:
        """Look at objects in order of key, which is the position."""
        listed = self._archive.list("", after)
        while page := tuple(islice(listed, PAGE)):
            versions = self._known.registered([_copy_key(o.key) for o in page])
            for stored in page:
                yield Step(stored.key, tuple(self._look_at(stored, versions)))

    def _look_at(
        self, stored: StoredObject, versions: Mapping[str, str]
    ) -> Iterator[Finding]:
        if stored.key.startswith(OTHER_FOLDERS):
            return
        key = _copy_key(stored.key)
        if key not in versions:
            if not self._was_intended(stored, key):
                yield Finding("object.orphan", stored.key)
        elif key == stored.key and stored.version_id not in ("", versions[key]):
            # "" cannot be read any more: its edition is named as damaged.
            yield Finding("object.version", stored.key, stored.version_id)

    def _was_intended(self, stored: StoredObject, copy_key: str) -> bool:
        """Tell whether the trail knows the attempt that made a file or its evidence."""
        known = self._known.attempts(copy_key.partition("/")[0])
        if not known:
            return False
        evidence_object = next(
            (o for o in self._archive.list(FOLDER + copy_key) if _is(o, copy_key)), None
        )
        if evidence_object is None:
            return False
        with self._work_folder() as folder:
            try:
                evidence = self._evidence(evidence_object, copy_key, folder)
                if _attempt(evidence) not in known:
                    return False
                if stored.key != copy_key:
                    return True
                self._archive.fetch(stored, folder / "copy.pdf")
            except (NotFound, StoredDataDamaged, ValueError, KeyError, TypeError):
                return False
            return _begins_as_intended(folder / "copy.pdf", evidence)

    def _evidence(
        self, stored: StoredObject, copy_key: str, folder: Path
    ) -> CopyEvidence:
        path = folder / "evidence.json"
        self._archive.fetch(stored, path)
        evidence = evidence_from_json(path.read_text(encoding="utf-8"))
        if evidence.key != FOLDER + copy_key:
            raise StoredDataDamaged(what=stored.key)
        return evidence


def _copy_key(key: str) -> str:
    """Return the key of the copy that an object, or an evidence, belongs to."""
    return key.removeprefix(FOLDER)


def _is(stored: StoredObject, copy_key: str) -> bool:
    return stored.key == FOLDER + copy_key


def _attempt(evidence: CopyEvidence) -> KnownAttempt:
    if evidence.renewal is not None:
        renewal = evidence.renewal
        return KnownAttempt(
            is_renewal=True, attempt=renewal.attempt, digest=renewal.base_sha256
        )
    intent = evidence.intent
    return KnownAttempt(
        is_renewal=False, attempt=intent.attempt, digest=intent.composed_sha256
    )


def _begins_as_intended(path: Path, evidence: CopyEvidence) -> bool:
    """Tell whether a file begins with what its attempt was to sign or to renew."""
    size, expected = evidence.intent.composed_size, evidence.intent.composed_sha256
    if evidence.renewal is not None:
        size, expected = evidence.renewal.base_size, evidence.renewal.base_sha256
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while size and (chunk := file.read(min(size, 1 << 20))):
            digest.update(chunk)
            size -= len(chunk)
    return size == 0 and digest.hexdigest() == expected


class VersionsPart:
    """Names what others put over our objects, or beside them; reads none of it."""

    name = "versions"
    title = "Bản ghi đè, đánh dấu xóa, tệp lạ"

    def __init__(self, *, archive: AuditedArchive) -> None:
        """Take the archive."""
        self._archive = archive

    def count(self) -> int | None:
        """Nobody knows before the archive is listed."""
        return None

    def walk(self, after: str) -> Iterator[Step]:
        """Name each; one listing, so it always begins anew."""
        del after
        for version in self._archive.foreign():
            detail = version.version_id
            finding = Finding(f"version.{version.kind}", version.key, detail)
            yield Step("", (finding,))
