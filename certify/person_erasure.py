"""Erasing a person's data as far as the law lets; what stays is named with its ground.

Luật 91/2025/QH15 gives the right, and ends it where another law has the data kept. The
grounds below have not been confirmed by an authority (`docs/privacy.md`). Nothing is
cut out of the chain of the trail: it holds ids and salted commitments, and a
commitment whose salt is gone says nothing of anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from certify.attestation import Act, IssuanceStep
from certify.errors import InvalidInput, NotFound
from certify.person import (
    ERASED,
    Dossier,
    Erasure,
    PaperFile,
    PersonRecords,
    PersonWanted,
    Purge,
)

_UNDER_WAY = {IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED}


class Kept(StrEnum):
    """What stays, and why."""

    HELD = (
        "Hồ sơ bị giữ theo biên bản vi phạm (NĐ 23/2015/NĐ-CP Đ9 k.6; "
        "TT 01/2020/TT-BTP Đ11 k.2) hoặc theo quyết định giữ hồ sơ"
    )
    UNDER_WAY = "Giấy tờ đang chờ ký; xóa được sau khi phát hành hoặc hủy số"
    BOOK = "Sổ chứng thực lưu vĩnh viễn (NĐ 23/2015/NĐ-CP Đ13, Đ14 k.1)"
    COPY = (
        "Bản sao đã cấp và bằng chứng kèm theo, để người nhận kiểm tra được và để gia "
        "hạn lưu trữ (NĐ 45/2020/NĐ-CP Đ10; TT 15/2025/TT-BKHCN Đ5)"
    )
    COMPARISON = (
        "Biên bản đối chiếu và xác nhận của người ký: trách nhiệm của người thực hiện "
        "chứng thực (NĐ 23/2015/NĐ-CP Đ9)"
    )
    REFUSAL = (
        "Phiếu từ chối và bản chụp của giấy tờ bị từ chối trong thời hạn khiếu nại "
        "(NĐ 23/2015/NĐ-CP Đ8, Đ9 k.4; Luật Khiếu nại 02/2011/QH13 Đ9)"
    )


@dataclass(frozen=True)
class VisitPlan:
    """What would be done with one visit.

    Attributes:
        scans: ids of papers whose scans go.
        kept: what stays: (paper's id, or "" for the visit; ground).
    """

    case_id: str
    case_code: str
    erasure: Erasure
    scans: tuple[str, ...]
    kept: tuple[tuple[str, Kept], ...]

    @property
    def anything(self) -> bool:
        """False when there is nothing left to erase."""
        return self.erasure.anything or bool(self.scans)


class ErasePerson:
    """Erases what may be erased of a person's visits."""

    def __init__(
        self, *, records: PersonRecords, purge: Purge, authority_id: str
    ) -> None:
        """Take the collaborators; `authority_id` is whose visits are looked at."""
        self._records = records
        self._purge = purge
        self._authority_id = authority_id

    def plan(self, wanted: PersonWanted) -> Sequence[VisitPlan]:
        """Say what would be erased and what must stay; nothing is changed.

        Raises:
            InvalidInput: not exactly one thing to look for.
            NotFound: no visit of such a person is known.
        """
        wanted.check()
        found = self._records.visits(self._authority_id, wanted.is_of)
        if not found:
            raise NotFound(what="hồ sơ của người này")
        return [plan_of(dossier) for dossier in found]

    def __call__(self, wanted: PersonWanted, actor: str) -> Sequence[VisitPlan]:
        """Erase; may be run again, and finishes what a crash left.

        The scans go first, each paper's purge on record, and the contact that a
        visit is found by goes last.

        Returns:
            What was done with each visit.

        Raises:
            InvalidInput: by name, which others bear too; or see `plan`.
            NotFound: see `plan`.
            ServiceUnavailable: database or scan store is away; run it again.
        """
        if wanted.name:
            raise InvalidInput(
                field="Họ tên",
                reason="nhiều người trùng tên; hãy xem trước rồi xóa theo mã hồ sơ",
            )
        plans = self.plan(wanted)
        for plan in plans:
            for original_id in plan.scans:
                self._purge(
                    original_id,
                    lambda state: not state.held and state.step not in _UNDER_WAY,
                    Act(actor, "scan.purge"),
                )
            self._records.erase(
                plan.case_id,
                lambda dossier: plan_of(dossier).erasure,
                Act(actor, "person.erase"),
            )
        return plans


def plan_of(dossier: Dossier) -> VisitPlan:
    """Decide about one visit."""
    case, papers = dossier.case, dossier.papers
    if dossier.held:
        kept: list[tuple[str, Kept]] = [("", Kept.HELD)]
        return VisitPlan(case.id, case.code, Erasure(), (), tuple(kept))
    kept = [(p.original.id, ground) for p in papers for ground in _grounds(p)]
    drafts = [paper for paper in papers if not _grounds(paper)]
    busy = any(ground is Kept.UNDER_WAY for _, ground in kept)
    contact = not busy and bool(case.requester.email or case.requester.phone)
    name = not kept and case.requester.name != ERASED
    gone = [case.id] if not kept else []
    for draft in drafts:
        gone += [draft.original.id]
        gone += [draft.original.attestation_id] if draft.original.attestation_id else []
    erasure = Erasure(
        contact=contact,
        name=name,
        drafts=tuple(
            p.original.id
            for p in drafts
            if p.original.title != ERASED or p.comparison is not None
        ),
        layouts=tuple(p.copy.attestation_id for p in papers if p.copy and p.layouts),
        reasons=tuple(one for one in gone if dossier.reasons.get(one)),
    )
    return VisitPlan(
        case_id=case.id,
        case_code=case.code,
        erasure=erasure,
        scans=tuple(p.original.id for p in papers if _scans_may_go(p)),
        kept=tuple(kept),
    )


def _grounds(paper: PaperFile) -> list[Kept]:
    """Why a paper's words stay; none for a draft."""
    grounds = []
    if paper.state.step in _UNDER_WAY:
        grounds.append(Kept.UNDER_WAY)
    if paper.number:
        grounds.append(Kept.BOOK)
    if paper.copy is not None:
        grounds += [Kept.COPY, Kept.COMPARISON]
    if paper.records:
        grounds.append(Kept.REFUSAL)
    return grounds


def _scans_may_go(paper: PaperFile) -> bool:
    """The scan of a refused paper waits for its time (`certify.retention`)."""
    if paper.state.step in _UNDER_WAY or (paper.records and paper.copy is None):
        return False
    return any(scan.purged_at is None for scan in paper.scans)
