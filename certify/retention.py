"""How long working scans are kept: the rule, as dated settings.

The law names no period. NĐ 23/2015/NĐ-CP Đ14 k.2 asks nobody to keep copies, and Luật
91/2025/QH15 lets personal data be kept only as long as its purpose lasts; the scan of
an identity card is sensitive (NĐ 356/2025/NĐ-CP Đ4). So the working scan goes, and the
book row, the released file and its evidence stay. All periods are unconfirmed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from certify.attestation import IssuanceStep

_UNDER_WAY = frozenset(
    {IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED}
)


@dataclass(frozen=True)
class RetentionRule:
    """The periods in force.

    Attributes:
        released: how long scans stay after the copy was released: for a mistake found
            at the desk; neither renewal nor verification needs them.
        unreleased: how long after the last act about a paper that was refused, or
            scanned and left: as long as a complaint may be lodged (Luật Khiếu nại
            02/2011/QH13 Đ9: 90 days).
        fingerprints: how long after release the layout of a paper is remembered, to
            know it when it is scanned again (`certify.known`).
        effective_from: the date of these defaults.
        confirmed: False while no authority has confirmed them.
    """

    released: timedelta = timedelta(days=30)
    unreleased: timedelta = timedelta(days=90)
    fingerprints: timedelta = timedelta(days=365)
    effective_from: date = date(2026, 11, 22)
    confirmed: bool = False


@dataclass(frozen=True)
class PaperState:
    """What the rule looks at.

    Attributes:
        held: a report of violation (TT 01/2020/TT-BTP Đ11 k.2) or a decision
            (`certify.hold`) holds the visit.
        step: of its attestation; None before the comparison.
        released_at: when the copy was released; None if it was not.
        last_act_at: the newest of scan, comparison, refusal and its withdrawal.
    """

    original_id: str
    case_id: str
    authority_id: str
    held: bool
    step: IssuanceStep | None
    released_at: datetime | None
    last_act_at: datetime


def purge_from(paper: PaperState, rule: RetentionRule) -> datetime | None:
    """Return from when on a paper's scans may go; None while they must stay.

    What a signatory confirmed stays until it is released or its number is void.
    """
    if paper.held:
        return None
    if paper.released_at is not None:
        return paper.released_at + rule.released
    if paper.step in _UNDER_WAY:
        return None
    return paper.last_act_at + rule.unreleased
