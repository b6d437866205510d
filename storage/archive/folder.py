"""The archive in a folder of this machine: the embedded default.

Each object is one sealed file (`storage.sealed_file`), written once
(`storage.write_once`). Its authenticated header carries the version id, the digest
and the date until which it is to be kept. A folder cannot keep root from deleting:
retention under lock and key is what S3 with object lock is for.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from certify.attestation import StoredObject
from certify.auditing.ports import ForeignVersion
from certify.errors import NotFound, StoredDataDamaged, WrongState
from certify.identifiers import new_id
from storage.columns import utc_text
from storage.key_ring import KeyRing, Reread
from storage.sealed_file import SealedHeader
from storage.write_once import WriteOnceFolder

SERVICE = "Kho lưu trữ"


class FolderArchive:
    """Fills the `AuditedArchive` port."""

    def __init__(
        self,
        root: Path,
        *,
        key: bytes,
        older_keys: Sequence[bytes] = (),
        reread: Reread = tuple,
    ) -> None:
        """Use a folder; made, private, if its parent exists.

        Args:
            root: the folder; nobody else writes in it.
            key: 32 bytes; seals every object.
            older_keys: open what was sealed before the key was replaced.
            reread: reads all of them anew; see `KeyRing`.

        Raises:
            ServiceUnavailable: the folder cannot be made.
        """
        ring = KeyRing(key, older_keys, reread)
        self._folder = WriteOnceFolder(root, ring, service=SERVICE)

    def put_once(
        self, key: str, path: Path, sha256: str, retain_until: datetime
    ) -> StoredObject:
        """Store durably and return the version.

        Raises:
            WrongState: the key holds another digest.
            StoredDataDamaged: the file does not hash to `sha256`, or what the key
                holds can no longer be read.
            ServiceUnavailable: it cannot be stored now.
        """
        facts = {
            "sha256": sha256,
            "version": new_id(),
            "retain_until": utc_text(retain_until),
        }
        self._folder.write(key, path, facts, sha256)
        # Read back: ours, or that of whoever was first.
        stored = _stored(self._folder.header(key))
        if stored.sha256 != sha256:
            raise WrongState(reason="kho đã có tệp khác với mã này")
        return stored

    def put_back(self, stored: StoredObject, path: Path, until: datetime) -> None:
        """Store what a backup kept, under the version that the register names.

        Raises:
            WrongState: the key holds another version.
            StoredDataDamaged, ServiceUnavailable: as for `put_once`.
        """
        facts = {
            "sha256": stored.sha256,
            "version": stored.version_id,
            "retain_until": utc_text(until),
        }
        self._folder.write(stored.key, path, facts, stored.sha256)
        if _stored(self._folder.header(stored.key)) != stored:
            raise WrongState(reason="kho đã có tệp khác với mã này")

    def fetch(self, stored: StoredObject, target: Path) -> None:
        """Write that version's bytes to `target`.

        Raises:
            NotFound: no such object or version.
            StoredDataDamaged: the bytes do not hash to `stored.sha256`; no target
                is left.
            ServiceUnavailable: it cannot be read now.
        """
        header = self._folder.header(stored.key)
        if header.facts["version"] != stored.version_id:
            raise NotFound(what="phiên bản tệp lưu trữ")
        if self._folder.read(stored.key, target) != stored.sha256:
            target.unlink(missing_ok=True)
            raise StoredDataDamaged(what="tệp lưu trữ khác mã băm trong sổ")

    def list(self, prefix: str, after: str = "") -> Iterator[StoredObject]:
        """Every object under a prefix whose key is greater, in order of key.

        One whose header cannot be read any more is listed too, without version and
        digest: it is there, and fetching it says that it is damaged.

        Raises:
            ServiceUnavailable: the folder is away.
        """
        for name in self._folder.names(prefix):
            if name <= after:
                continue
            try:
                yield _stored(self._folder.header(name))
            except StoredDataDamaged:
                yield StoredObject(
                    key=name,
                    version_id="",
                    sha256="",
                    size_bytes=self._folder.stored_bytes(name),
                )

    def retained_until(self, stored: StoredObject) -> datetime | None:
        """Until when the object is to be kept.

        Raises:
            NotFound, StoredDataDamaged, ServiceUnavailable: it cannot be read.
        """
        facts = self._folder.header(stored.key).facts
        return datetime.fromisoformat(facts["retain_until"])

    def foreign(self, prefix: str = "") -> Iterator[ForeignVersion]:
        """Return files of others; nobody can write over ours: a name is linked once.

        Raises:
            ServiceUnavailable: the folder is away.
        """
        for path in self._folder.strays():
            if path.startswith(prefix):
                yield ForeignVersion(path, "", "stray")


def _stored(header: SealedHeader) -> StoredObject:
    return StoredObject(
        key=header.key,
        version_id=header.facts["version"],
        sha256=header.facts["sha256"],
        size_bytes=header.size,
    )
