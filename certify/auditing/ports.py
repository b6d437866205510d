"""What the audit asks of archive and register: facts, one page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from certify.attestation import CertifiedCopy, StoredObject, TrailHead
from certify.ports import Archive


@dataclass(frozen=True)
class ForeignVersion:
    """What somebody else put over an object of ours, or beside them; never read.

    Attributes:
        kind: "newer", "delete_marker", or "stray" for a file under a name that no
            object has.
    """

    key: str
    version_id: str
    kind: str


class AuditedArchive(Archive, Protocol):
    """An archive that can say what protects an object."""

    @override
    def list(self, prefix: str, after: str = "") -> Iterator[StoredObject]:
        """Every object under a prefix whose key is greater, in order of key."""
        ...

    def retained_until(self, stored: StoredObject) -> datetime | None:
        """Until when that version is kept; None if it is not.

        Raises NotFound, StoredDataDamaged, ServiceUnavailable.
        """
        ...

    def foreign(self, prefix: str = "") -> Iterator[ForeignVersion]:
        """Return what others put over our objects, or beside them."""
        ...


class RestorableArchive(AuditedArchive, Protocol):
    """An archive that takes objects of a backup back under the versions they had."""

    def put_back(self, stored: StoredObject, path: Path, until: datetime) -> None:
        """Store the bytes of a version that was lost.

        Raises WrongState (another object is there), StoredDataDamaged,
        ServiceUnavailable.
        """
        ...


@dataclass(frozen=True)
class EditionFacts:
    """A released file as the register has it.

    Attributes:
        is_released: a released attestation has it.
        is_committed: the trail says that this very file and version was released.
        kept_from: its lock was set at this time or later; None if nobody can tell.
        heads: of the trail, that the file may name as the newest at its making.
    """

    attestation_id: str
    stored: StoredObject
    is_released: bool
    is_committed: bool
    kept_from: datetime | None
    heads: frozenset[TrailHead]


class AuditedEditions(Protocol):
    """All released files, recovered ones included, in order of SHA-256."""

    def count(self) -> int:
        """Count them."""
        ...

    def page(self, after: str, limit: int) -> Sequence[EditionFacts]:
        """Return the next ones."""
        ...

    def copy(self, attestation_id: str) -> CertifiedCopy | None:
        """Return a released copy; None if its statement is damaged."""
        ...


@dataclass(frozen=True)
class KnownAttempt:
    """An attempt that the trail knows of, whether or not it was released.

    Attributes:
        is_renewal: of the archive timestamp; else of a copy.
        digest: of revision 1, or of the edition that was to be renewed.
    """

    is_renewal: bool
    attempt: int
    digest: str


class KnownObjects(Protocol):
    """What register and trail know of the archive's objects."""

    def registered(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return key → version of those that are released files."""
        ...

    def attempts(self, attestation_id: str) -> frozenset[KnownAttempt]:
        """Return every attempt of an attestation."""
        ...


@dataclass(frozen=True, order=True)
class BookKey:
    """Names a book; books of all authorities are walked in this order."""

    authority_id: str
    kind: str
    year: int

    @override
    def __str__(self) -> str:
        """Name it as findings do."""
        return f"{self.authority_id}/{self.kind}/{self.year}"


@dataclass(frozen=True)
class BookFacts:
    """The counter of a book.

    Attributes:
        last_number: None when there are numbers of a book that is not on record.
        lowest, highest: numbers that anything holds; 1 and 0 if nothing does.
        is_closed, closed_by_trail: as the register says, and as the trail does.
    """

    key: BookKey
    last_number: int | None
    lowest: int
    highest: int
    is_closed: bool
    closed_by_trail: bool


@dataclass(frozen=True)
class Holder:
    """What holds a number.

    Attributes:
        attestation_id: "" for a number that a restore left to be given out.
        state: "reserved", "complete", "void" or "free".
        state_by_trail: the same as the trail tells it; "" if it tells nothing.
        step: of the attestation; "" for a recovered copy.
        is_decided: the note of a void number is the reason that the trail commits to.
        is_witnessed: the trail's head noted at the reservation is in the trail.
        lost_files: released by the trail, and not on record.
        row_holds: columns 2 to 8 are those of the confirmed statement.
    """

    attestation_id: str
    state: str
    state_by_trail: str
    step: str = ""
    is_decided: bool = True
    is_witnessed: bool = True
    lost_files: tuple[str, ...] = ()
    row_holds: bool = True


class AuditedBooks(Protocol):
    """All books and what holds their numbers."""

    def books(self) -> Sequence[BookFacts]:
        """Return every book in order."""
        ...

    def holders(
        self, book: BookKey, first: int, last: int
    ) -> Mapping[int, Sequence[Holder]]:
        """Return what holds the numbers of a range, both ends included."""
        ...


@dataclass(frozen=True)
class Link:
    """A row of a chain.

    Attributes:
        holds: it hashes to its digest.
        reason_holds: the reason kept beside it is the one it commits to.
        lost: what it recorded and the register no longer has; "" if nothing.
    """

    sequence: int
    previous: str
    digest: str
    holds: bool
    reason_holds: bool
    lost: str = ""


class AuditedTrail(Protocol):
    """The chains, one per authority."""

    def authorities(self) -> Sequence[str]:
        """Return ids in order."""
        ...

    def count(self) -> int:
        """Count the rows of all chains."""
        ...

    def page(self, authority_id: str, after: int, limit: int) -> Sequence[Link]:
        """Return rows with a greater number, in order."""
        ...


@dataclass(frozen=True)
class RecordFacts:
    """A row that the trail commits to.

    Attributes:
        problems: what does not hold, codes of `finding` without "record.".
    """

    id: str
    problems: tuple[str, ...]


class AuditedRecords(Protocol):
    """Kinds of rows that the trail commits to, each in order of id.

    Attributes:
        kinds: their names, in the order in which they are walked.
    """

    kinds: tuple[str, ...]

    def count(self, kind: str) -> int:
        """Count the rows of a kind."""
        ...

    def page(self, kind: str, after: str, limit: int) -> Sequence[RecordFacts]:
        """Return the next rows of a kind."""
        ...
