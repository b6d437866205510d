"""The visit: a case, its originals, and where the case stands for the portal."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from certify.arrangement import Arrangement, Reduction, all_pages
from certify.clock import vietnamese_day
from certify.errors import ScanPurged
from certify.fingerprint import PageFingerprint
from certify.people import Requester
from certify.scan import Finding, PageImage, page_digest


class CaseStatus(IntEnum):
    """Portal statuses 1-10 (DVCQG practice, domain §6)."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    IN_PROGRESS = 4
    MORE_PAPERS_ASKED = 5
    PAYMENT_ASKED = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RESULT_RETURNED = 10


class OriginalKind(StrEnum):
    """What makes the paper a valid source (NĐ 23/2015 Đ2 k.5, Đ18)."""

    FIRST_ISSUE = "first_issue"
    REISSUE = "reissue"
    REREGISTERED = "reregistered"
    PRIVATE_CONFIRMED = "private_confirmed"


@dataclass(frozen=True)
class Case:
    """One visit, one requester, one authority (hồ sơ).

    Attributes:
        code: `<unit>-YYMMDD-NNNN`, shown to the citizen.
        opened_at, due_at: aware UTC.
    """

    id: str
    code: str
    authority_id: str
    officer_id: str
    requester: Requester
    status: CaseStatus
    opened_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class StoredScan:
    """A canonical scan kept in the working store, encrypted, until it is purged.

    Attributes:
        id: also the key in the scan store.
        pages: every page in order; `page_digest` is their identity.
        upload_sha256: of the file it was made from; of several, SHA-256 over theirs.
        size_bytes: of the canonical file.
        fingerprints: of the first pages (`certify.fingerprint`); may be empty.
        arrangement: which pages of which files; None for one file as it came.
        reduction: None unless it was made smaller.
        purged_at: when its files went (`certify.retention`); None while they are kept.
    """

    id: str
    original_id: str
    sha256: str
    upload_sha256: str
    pages: tuple[PageImage, ...]
    size_bytes: int
    findings: tuple[Finding, ...]
    created_at: datetime
    fingerprints: tuple[PageFingerprint, ...] = ()
    arrangement: Arrangement | None = None
    reduction: Reduction | None = None
    purged_at: datetime | None = None

    def check_kept(self) -> None:
        """Raise ScanPurged when there are no files any more."""
        if self.purged_at is not None:
            raise ScanPurged(day=f"{vietnamese_day(self.purged_at):%d/%m/%Y}")

    @property
    def arranged(self) -> Arrangement:
        """Which pages of which files; a file as it came is its own only part."""
        own = Arrangement((self.id,), all_pages([len(self.pages)]))
        return self.arrangement or own

    @property
    def page_digest(self) -> str:
        """Identity of what the officer compares with the paper."""
        return page_digest(self.pages)

    @property
    def page_count(self) -> int:
        """Pages of the scan."""
        return len(self.pages)


@dataclass(frozen=True)
class Original:
    """One paper of the visit and how far it has come.

    Attributes:
        title: name of the paper, as the book will say it.
        issuer: who issued it, as the officer typed it; may be empty.
        copies: "số bản sao" of the book row.
        scan: the newest scan; None before the first.
        attestation_id: None before the comparison is recorded.
        declared_pages: pages with information the officer counted on the paper when
            adding it; None when not counted then.
    """

    id: str
    case_id: str
    position: int
    title: str
    issuer: str
    copies: int
    scan: StoredScan | None
    attestation_id: str | None
    declared_pages: int | None = None
