"""Papers the officer draws up instead of a copy: a refusal, a report of violation.

A record keeps every word as printed, so that printing it again in ten years gives the
same paper, whatever the tables, names and offices are by then. It never changes; a
mistaken refusal is withdrawn by a second record.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certify.clock import vietnamese_day


class RecordKind(StrEnum):
    """Which paper it is."""

    REFUSAL = "refusal"
    FORGERY = "forgery"


@dataclass(frozen=True)
class Heading:
    """Who, to whom, about what: the part both papers share, in printed words."""

    authority: str
    place: str
    case_code: str
    requester: str
    title: str
    issuer: str
    officer: str
    officer_title: str
    form: str
    form_symbol: str
    form_citation: str
    numbering: str


@dataclass(frozen=True)
class Refusal:
    """Why no copy is certified, and what the requester can do.

    NĐ 23/2015 Đ8, Đ9 k.4 and k.7: in writing, with the reason; TT 03/2025/TT-VPCP.

    Attributes:
        code: of the reason, for statistics by ground.
        detail: what the officer saw, in his words; may be empty.
        remedies: sentences for the requester.
    """

    code: str
    reason: str
    citation: str
    detail: str
    remedies: tuple[str, ...]


@dataclass(frozen=True)
class Suspicion:
    """What was seen and done about a paper that may be forged, altered or wrong.

    NĐ 23/2015 Đ9 k.6 (biên bản tạm giữ); TT 01/2020/TT-BTP Đ11 k.2 (biên bản vi phạm,
    giữ lại hồ sơ).

    Attributes:
        seen: what the officer saw, in his words.
        requester_says: what the requester said; may be empty.
        witness: who else was there; may be empty.
        measures: what was done, in words.
        receiver: the body the paper goes to; empty when it goes nowhere.
    """

    code: str
    reason: str
    citation: str
    seen: str
    requester_says: str
    witness: str
    measures: tuple[str, ...]
    receiver: str


@dataclass(frozen=True)
class Withdrawal:
    """A refusal taken back, because it was a mistake."""

    officer_id: str
    officer: str
    made_at: datetime
    reason: str


@dataclass(frozen=True)
class DeskRecord:
    """One paper drawn up about an original.

    Attributes:
        number: of this kind of paper at this authority this Vietnamese year, from 1.
        scan_id: of the scan looked at, None when the paper was not scanned.
    """

    id: str
    authority_id: str
    case_id: str
    original_id: str
    officer_id: str
    scan_id: str | None
    made_at: datetime
    number: int
    heading: Heading
    content: Refusal | Suspicion
    withdrawal: Withdrawal | None = None

    @property
    def kind(self) -> RecordKind:
        """Which paper it is."""
        if isinstance(self.content, Refusal):
            return RecordKind.REFUSAL
        return RecordKind.FORGERY

    @property
    def in_force(self) -> bool:
        """False once withdrawn."""
        return self.withdrawal is None

    @property
    def shown_number(self) -> str:
        """The number as printed."""
        year = vietnamese_day(self.made_at).year
        return self.heading.numbering.format(number=self.number, year=year)
