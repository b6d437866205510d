"""What the core needs of the outside world.

MUST, MUST NOT and MAY are used as in RFC 2119. Each port has one contract test that
every implementation passes. All calls are synchronous and may be used from several
threads.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from certify.annulment import Annulment, Decision
from certify.attestation import (
    Act,
    AttestationView,
    BookRow,
    CertifiedCopy,
    CopyOrder,
    Edition,
    Intent,
    IssuanceTask,
    Lease,
    Reservation,
    SealedCopy,
    StoredObject,
    TrailHead,
)
from certify.case import Case, Original, StoredScan
from certify.comparison import Comparison
from certify.confirmation import Assertion, EnrolledKey
from certify.evidence import ArchivedCopy
from certify.inspection import Inspection
from certify.known import Known
from certify.numbering import RegisterNumber
from certify.people import Authority, Officer, SealAuthorisation, Signatory
from certify.protection import Protection
from certify.retry import Waiting
from certify.scan import ArrangedFile, CanonicalScan, PlacedPage
from certify.statement import AuthorisedStatement


class People(Protocol):
    """Authorities and the people in them. Reads raise NotFound."""

    def authority(self, authority_id: str) -> Authority: ...
    def officer(self, officer_id: str) -> Officer: ...
    def signatory(self, signatory_id: str) -> Signatory: ...
    def signatories(self, authority_id: str) -> Sequence[Signatory]: ...
    def seal_authorisation(
        self, authority_id: str, day: date
    ) -> SealAuthorisation | None: ...
    def enrolled_key(self, person_id: str) -> EnrolledKey: ...


class Cases(Protocol):
    """The desk's records up to the approval.

    Every method that writes is one transaction, committed on return, and MUST append
    the given act to the authority's audit trail in the same transaction.
    """

    def open_case(self, case: Case, act: Act) -> Case:
        """Store a case. MUST give it the next code of its unit and day."""
        ...

    def add_original(self, original: Original, act: Act) -> Original:
        """Store an original. MUST give it the next position in its case."""
        ...

    def attach_scan(
        self, scan: StoredScan, act: Act, parts: Sequence[StoredScan] = ()
    ) -> None:
        """Make this the original's scan; `parts` are the files it was made of.

        MUST raise WrongState once a comparison is approved. A comparison of an older
        scan MUST be dropped in the same transaction.
        """
        ...

    def rearrange_scan(
        self,
        scan: StoredScan,
        act: Act,
        *,
        seen: str,
        parts: Sequence[StoredScan] = (),
    ) -> None:
        """Replace the original's scan by one with other pages of its files.

        `parts` are files that were added. MUST raise ScanCompared once there is a
        comparison, and ScanChanged unless `seen` is the scan's page digest.
        """
        ...

    def scans(self, scan_ids: Sequence[str]) -> Sequence[StoredScan]:
        """In the order asked for. Raises NotFound."""
        ...

    def record_comparison(
        self,
        *,
        original_id: str,
        attestation_id: str,
        verification_code: str,
        comparison: Comparison,
        act: Act,
    ) -> AttestationView:
        """Store the officer's record; creates the attestation.

        MAY replace the record of one not yet approved, keeping its id and code.
        """
        ...

    def approve(
        self,
        *,
        attestation_id: str,
        statement: AuthorisedStatement,
        assertion: Assertion,
        act: Act,
    ) -> None:
        """Store the confirmed statement.

        Allowed until the copy is released. One that has its number keeps it, and MUST
        raise LeaseHeld while an unexpired lease holds it; else WrongState.
        """
        ...

    def case(self, case_id: str) -> Case: ...
    def cases(self, authority_id: str, *, limit: int, offset: int) -> Sequence[Case]:
        """Newest first."""
        ...

    def count_cases(self, authority_id: str) -> int: ...
    def original(self, original_id: str) -> Original: ...
    def originals(self, case_id: str) -> Sequence[Original]:
        """In order of position."""
        ...

    def comparison(self, attestation_id: str) -> Comparison: ...
    def attestation(self, attestation_id: str) -> AttestationView: ...


class Register(Protocol):
    """The books, and the issuance of attestations.

    Every method that writes is one committed transaction and MUST append to the
    audit trail in it. Every method that takes a lease MUST raise LeaseLost, and change
    nothing, when the lease was overtaken or has expired.
    """

    def take(self, attestation_id: str, worker: str, now: datetime) -> IssuanceTask:
        """Lease an approved, unreleased attestation.

        Raises:
            LeaseHeld: another worker has an unexpired lease.
            WrongState: not approved, or already released or void.
            NotFound: no such attestation.
        """
        ...

    def give_back(self, lease: Lease, waiting: Waiting | None) -> None:
        """End the lease; `waiting` is the cause, shown at the desk, and the next try.

        MUST NOT raise LeaseLost: an overtaken lease is simply gone.
        """
        ...

    def renew(self, lease: Lease, now: datetime) -> None:
        """Let the lease run on from now; no record: nothing but an expiry changes."""
        ...

    def open_numbering(self) -> None:
        """Let this process reserve numbers; called when the archive was replayed."""
        ...

    def released_files(self) -> frozenset[str]:
        """Return the digests of all released files."""
        ...

    def holds_number(self, attestation_id: str) -> bool:
        """Tell whether an attestation has a number, void ones included."""
        ...

    def forgotten(self, copies: Sequence[ArchivedCopy]) -> Sequence[ArchivedCopy]:
        """Return those made after what this database knows of their attestation.

        MUST raise StoredDataDamaged when a number stands on two attestations.
        """
        ...

    def recover(self, copies: Sequence[ArchivedCopy], now: datetime) -> None:
        """Write the forgotten ones into the book, released; all in one transaction.

        Numbers in between that no copy bears MUST be given out before new ones.
        """
        ...

    def reserve(self, lease: Lease, now: datetime) -> Reservation:
        """Take the next number of the authority's book of this Vietnamese year.

        MUST return the number already reserved for this attestation if there is one
        of this year; MUST raise WrongState if it is of a year not yet closed or if the
        book is closed, and TryLater before `open_numbering` in this process.
        Numbers of one (authority, kind, year) MUST run 1, 2, 3 … without gap.
        """
        ...

    def intend(self, lease: Lease, intent: Intent, now: datetime) -> None:
        """Write down what is about to be signed; replaces an earlier attempt's.

        MUST count a use of each key of the statement that the registry knows
        (`certify.signing_key`), and raise KeyNotUsable when one may not sign.
        """
        ...

    def complete(
        self,
        lease: Lease,
        intent: Intent,
        sealed: StoredObject,
        now: datetime,
        *,
        protection: Protection | None = None,
    ) -> Edition:
        """Complete the book row, add edition 1, release: all in one transaction.

        What protects the file is kept beside it; None leaves that to be read later.
        """
        ...

    def void(self, attestation_id: str, act: Act, now: datetime) -> RegisterNumber:
        """Void the number of an unreleased attestation; `act.reason` is the decision.

        The row MUST stay. The attestation goes back to be approved again and may then
        take a new number. MUST raise WrongState without a number or a reason, and
        LeaseHeld while a worker has it.
        """
        ...

    def close_year(
        self, authority_id: str, kind: str, year: int, act: Act, now: datetime
    ) -> Sequence[str]:
        """Close a book for ever; `act.reason` is the decision.

        Numbers still reserved MUST become void; their attestations take one of the new
        year. Returns their ids. MUST raise WrongState while the year lasts or when it
        is closed already, LeaseHeld while a worker has one of them.
        """
        ...

    def known(self, scan: StoredScan, authority_id: str) -> Known:
        """Return released copies of the same paper, other than this original's own.

        Of other authorities it MUST tell nothing but that there is one.
        """
        ...

    def annul(
        self, attestation_id: str, decision: Decision, act: Act, now: datetime
    ) -> Annulment:
        """Record that a released copy has no legal value any more.

        Every later read of the copy MUST carry it. Number, book row, editions and
        trail MUST stay. MUST raise NotFound for what is not released, and WrongState
        when it is annulled already.
        """
        ...

    def annulments(
        self, authority_id: str, *, after: int, limit: int
    ) -> Sequence[Annulment]:
        """Annulments with a greater cursor, in order of cursor."""
        ...

    def released(self, verification_code: str) -> CertifiedCopy | None:
        """Return a released copy by code; None for anything not released."""
        ...

    def released_attestation(self, attestation_id: str) -> CertifiedCopy | None: ...
    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        ...

    def unfinished(self, now: datetime, *, due: bool = False) -> Sequence[str]:
        """Ids approved but not released, whose lease is free; oldest first.

        With `due`, MUST leave out those whose next try is planned for later.
        """
        ...

    def book(self, authority_id: str, kind: str, year: int) -> Sequence[BookRow]:
        """All rows in order of number, void ones included."""
        ...


class AuditTrail(Protocol):
    """Hash-chained record of every state change, one chain per authority."""

    def head(self, authority_id: str) -> TrailHead: ...
    def check(self, authority_id: str) -> TrailHead:
        """Recompute the chain. Raises StoredDataDamaged at the first broken link."""
        ...


class ScanStore(Protocol):
    """Working scans and their previews, encrypted at rest, purged after release."""

    def put(self, key: str, path: Path) -> None:
        """Store a file under a key used once."""
        ...

    def fetch(self, key: str, target: Path) -> None:
        """Write the plain file to `target`. Raises NotFound, StoredDataDamaged."""
        ...

    def exists(self, key: str) -> bool: ...
    def remove(self, key: str) -> None:
        """Remove a file durably; MUST do nothing when it is not there."""
        ...

    def older(self, before: datetime) -> Iterator[str]:
        """Keys of files stored before a time, by the store's own clock."""
        ...


class Archive(Protocol):
    """Finished copies: write-once objects with versions."""

    def put_once(
        self, key: str, path: Path, sha256: str, retain_until: datetime
    ) -> StoredObject:
        """Store durably (survives a crash after return) and return the version.

        The same key with the same digest MUST return the stored object; with another
        digest MUST raise WrongState. MUST raise ServiceUnavailable when it cannot
        store; nothing half-written is ever visible.
        """
        ...

    def fetch(self, stored: StoredObject, target: Path) -> None:
        """Write that version's bytes to `target`.

        MUST raise StoredDataDamaged when they do not hash to `stored.sha256`, and
        NotFound when the version is gone.
        """
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every version under a prefix such as "<attestation id>/"."""
        ...


class PreparedCopy(Protocol):
    """A composed copy, bound to its number, statement and keys. One use."""

    @property
    def intent(self) -> Intent: ...
    def seal(self) -> SealedCopy:
        """Sign: the person, then the agency, then the archive timestamp.

        A second call MUST raise RuntimeError.

        Raises:
            AttemptDiscarded: tokens break the time rules; compose again.
            ServiceUnavailable: TSA or key did not answer.
        """
        ...


class ReadySealer(Protocol):
    """TSA, revocation evidence and keys answered; evidence is in hand."""

    def prepare(self, order: CopyOrder) -> PreparedCopy:
        """Compose revision 1. Uses no key."""
        ...


class Sealer(Protocol):
    """Makes the PAdES-B-LTA file."""

    def certificate_digests(
        self, signatory: Signatory, authority: Authority
    ) -> tuple[str, str]:
        """SHA-256 (hex) of the person's and the seal's certificate in use now."""
        ...

    def check_certificates(self, statement: AuthorisedStatement) -> None:
        """Both certificates are the named ones, valid now, fit and not revoked.

        Raises:
            CertificateUnfit: with the holder and the reason.
            ServiceUnavailable: revocation status cannot be had.
        """
        ...

    def make_ready(self, statement: AuthorisedStatement) -> ReadySealer:
        """Raises ServiceUnavailable: TSA, OCSP/CRL or a key is away."""
        ...


class Inspector(Protocol):
    """Reads a signed PDF as a stranger would, in a child process."""

    def inspect(self, path: Path) -> Inspection:
        """Never raises for bad bytes: the inspection says what is wrong."""
        ...


class Intake(Protocol):
    """Turns an upload into a canonical scan with findings, in a child process."""

    def read(
        self, upload: Path, stated_page_mm: tuple[float, float] | None, workdir: Path
    ) -> CanonicalScan:
        """Return the scan with all findings.

        Raises:
            ScanRefused: nothing could be made of the file; `reason` says why.
        """
        ...

    def arrange(
        self,
        parts: Sequence[Path],
        pages: Sequence[PlacedPage],
        dpi: int | None,
        workdir: Path,
    ) -> ArrangedFile:
        """Make one canonical scan of pages of several; `parts` are canonical scans.

        Image data MUST be copied byte for byte, a turn made by geometry; with `dpi`
        finer pages MUST be reduced, none below `dpi`, none enlarged. Raises
        ScanRefused when it could not be made.
        """
        ...

    def preview(self, scan: Path, page: int, target: Path, width_px: int) -> None:
        """Render one page (1-based) of a canonical scan as PNG."""
        ...


class Confirmer(Protocol):
    """The signatory's second factor. Production asks a person; development signs."""

    def confirm(
        self, signatory: Signatory, statement_digests: Sequence[str], now: datetime
    ) -> Assertion: ...


class WorkFolder(Protocol):
    """A private temporary folder, removed on exit."""

    def __call__(self) -> AbstractContextManager[Path]: ...
