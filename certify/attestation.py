"""The attestation (chứng thực) from the comparison to the released file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from certify.annulment import Annulment
from certify.case import StoredScan
from certify.comparison import Comparison
from certify.confirmation import Assertion, EnrolledKey
from certify.merkle import TreeHead
from certify.numbering import RegisterNumber
from certify.people import Authority, Officer, SealAuthorisation, Signatory
from certify.scan import CanonicalScan
from certify.statement import AuthorisedStatement
from certify.wording import Wording


class IssuanceStep(StrEnum):
    """How far issuance has come; each is a committed state (design §3)."""

    COMPARED = "compared"
    APPROVED = "approved"
    RESERVED = "reserved"
    INTENDED = "intended"
    RELEASED = "released"
    VOID = "void"


@dataclass(frozen=True)
class Act:
    """Who does something and why; every state change carries one (invariant 7).

    Attributes:
        actor: "officer:<id>", "signatory:<id>", "worker:<name>" or "system".
        action: a verb of the closed list in `storage.audit`, e.g. "copy.reserve".
        reason: free text by the actor; empty where none is asked.
    """

    actor: str
    action: str
    reason: str = ""


@dataclass(frozen=True)
class TrailHead:
    """Newest record of an authority's audit trail: its number and chain digest."""

    sequence: int
    digest: str


@dataclass(frozen=True)
class Lease:
    """The right to work on one attestation, until it expires or is overtaken.

    Attributes:
        fence: grows with every lease of the attestation; a commit under an older
            fence is refused, so a stalled worker can never release.
    """

    attestation_id: str
    worker: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True)
class Reservation:
    """A number taken from the book, and the trail's head at that moment.

    Attributes:
        checkpoint: the newest one of the public trail, None before the first.
    """

    number: RegisterNumber
    trail_head: TrailHead
    checkpoint: TreeHead | None = None


@dataclass(frozen=True)
class Intent:
    """What is about to be signed, written down before a key is used.

    Attributes:
        attempt: from 1; every composition of the same attestation counts.
        composed_sha256, composed_size: revision 1, before any signature. The sealed
            file starts with exactly these bytes.
        attested_at: the printed time, aware UTC.
    """

    attempt: int
    composed_sha256: str
    composed_size: int
    page_digest: str
    statement_digest: str
    number: RegisterNumber
    attested_at: datetime


@dataclass(frozen=True)
class CopyOrder:
    """All that composing one copy needs; nothing else reaches the paper.

    Attributes:
        shown_number: the number as printed.
        address: what the QR says.
        workdir: an existing folder that outlives the call to `seal()`.
        checkpoint: of the public trail; makes the copy a witness of all before it.
    """

    statement: AuthorisedStatement
    number: RegisterNumber
    shown_number: str
    trail_head: TrailHead
    wording: Wording
    attested_at: datetime
    attempt: int
    address: str
    scan: CanonicalScan
    workdir: Path
    checkpoint: TreeHead | None = None


@dataclass(frozen=True)
class CertificateCheck:
    """A certificate that was found fit, in its time and not revoked before a use.

    Attributes:
        role: "signatory", "seal" or "timestamp".
        valid_until: its notAfter.
        checked_at: aware UTC.
    """

    role: str
    certificate_sha256: str
    valid_until: datetime
    checked_at: datetime


@dataclass(frozen=True)
class SealedCopy:
    """The finished file on local disk, not yet archived nor released.

    Attributes:
        signed_at, sealed_at, archived_at: genTime of the three tokens.
        checks: of the certificates, before they were used.
    """

    path: Path
    sha256: str
    size_bytes: int
    signed_at: datetime
    sealed_at: datetime
    archived_at: datetime
    checks: tuple[CertificateCheck, ...] = ()


@dataclass(frozen=True)
class StoredObject:
    """A write-once object: key, and the version to name on every read."""

    key: str
    version_id: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Edition:
    """A released file of an attestation (design §2).

    Attributes:
        sequence: from 1; archive renewal adds one.
        reason: "issued" or "renewed".
    """

    attestation_id: str
    sequence: int
    stored: StoredObject
    reason: str
    released_at: datetime


@dataclass(frozen=True)
class IssuanceTask:
    """Everything `IssueCopy` needs to know, read in the transaction of the lease.

    Attributes:
        reservation, intent: what an earlier, interrupted run committed.
        failures: runs in a row that ended in waiting; a person's act starts anew.
    """

    lease: Lease
    authority: Authority
    officer: Officer
    signatory: Signatory
    seal_authorisation: SealAuthorisation | None
    statement: AuthorisedStatement
    assertion: Assertion
    enrolled_key: EnrolledKey
    comparison: Comparison
    scan: StoredScan
    reservation: Reservation | None
    intent: Intent | None
    failures: int = 0


@dataclass(frozen=True)
class BookRow:
    """A row of the sổ chứng thực bản sao từ bản chính: its eight columns.

    Attributes:
        attested_on: (2) date; requester: (3); title: (4); signatory: (5) name and
            title; copies: (6); fee_dong: (7); note: (8). Column (1) is `number`.
        state: "reserved", "complete" or "void"; a void row stays.
    """

    number: RegisterNumber
    attestation_id: str
    attested_on: str
    requester: str
    title: str
    signatory: str
    copies: int
    fee_dong: int
    note: str
    state: str


@dataclass(frozen=True)
class CertifiedCopy:
    """What the register says of a released attestation.

    Attributes:
        attested_at: the printed time.
        editions: oldest first; download gives the last.
        annulment: set once the Chairman took its legal value away.
    """

    attestation_id: str
    number: RegisterNumber
    shown_number: str
    statement: AuthorisedStatement
    attested_at: datetime
    editions: tuple[Edition, ...]
    annulment: Annulment | None = None

    @property
    def newest(self) -> Edition:
        """The edition that download gives."""
        return self.editions[-1]


@dataclass(frozen=True)
class AttestationView:
    """What the desk shows of an attestation before and after release.

    Attributes:
        waiting: a Vietnamese sentence while it waits for a dependency, else None.
        accepted_warnings: finding code → reason, as recorded.
    """

    id: str
    original_id: str
    case_id: str
    step: IssuanceStep
    verification_code: str
    statement: AuthorisedStatement | None
    number: RegisterNumber | None
    shown_number: str | None
    waiting: str | None
    accepted_warnings: Mapping[str, str]
