"""Who takes part: authority, officer, signatory with mandate, clerk, requester."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Authority:
    """A commune that certifies (cơ quan thực hiện chứng thực).

    Attributes:
        id: stable identifier inside this service.
        unit_code: prefix of case codes, e.g. "H35.12.3".
        name: full legal name as printed, e.g. "Ủy ban nhân dân xã Mường Tè".
        place: place printed before the date, e.g. "Mường Tè".
        province: printed nowhere on the copy; used by reports.
        seal_key_id: which key is the agency's seal.
        self_certify_decision: number of the decision that lets the officer of a
            case also sign it; None where maker-checker holds.
    """

    id: str
    unit_code: str
    name: str
    place: str
    province: str
    seal_key_id: str
    self_certify_decision: str | None = None


class MandateKind(StrEnum):
    """Why somebody may sign (NĐ 280/2025 Đ2 k.9; NĐ 30/2020 Đ13 for the title)."""

    CHAIRMAN = "chairman"
    DEPUTY = "deputy"
    DELEGATE = "delegate"


@dataclass(frozen=True)
class Mandate:
    """Power to certify. The Chairman needs no decision; a delegate does.

    Attributes:
        decision_number: decision of delegation or assignment, None for the Chairman.
        valid_from, valid_to: Vietnamese dates, both inclusive; None is open-ended.
    """

    kind: MandateKind
    decision_number: str | None
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Tell whether the mandate is valid on a Vietnamese day."""
        return self.valid_from <= day and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True)
class Officer:
    """A justice officer (công chức tư pháp - hộ tịch) who compares and scans.

    Attributes:
        person_id: the human being, whatever records stand for him or her.
    """

    id: str
    person_id: str
    authority_id: str
    name: str
    title: str


@dataclass(frozen=True)
class Signatory:
    """A person entitled to sign attestations (người thực hiện chứng thực).

    Attributes:
        person_id: the human being, whatever records stand for him or her.
        position: as printed for a delegate, e.g. "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH".
        key_id: which signing key is this person's.
    """

    id: str
    person_id: str
    authority_id: str
    name: str
    position: str
    mandate: Mandate
    key_id: str

    @property
    def title_lines(self) -> tuple[str, ...]:
        """Lines above the signature; NĐ 30/2020 Đ13 for KT. and TUQ."""
        match self.mandate.kind:
            case MandateKind.CHAIRMAN:
                return ("CHỦ TỊCH",)
            case MandateKind.DEPUTY:
                return ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
            case MandateKind.DELEGATE:
                return ("TUQ. CHỦ TỊCH", self.position.upper())


@dataclass(frozen=True)
class SealAuthorisation:
    """The clerk's (văn thư) permission to use the agency seal (NĐ 30/2020 Đ33)."""

    id: str
    authority_id: str
    clerk_name: str
    decision_number: str
    valid_from: date
    valid_to: date | None
    revoked: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether the seal may be used on a Vietnamese day."""
        return (
            not self.revoked
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True)
class Requester:
    """Who asks for the copy. Personal data: never in a log, URL or public page."""

    name: str
    email: str | None = None
    phone: str | None = None
