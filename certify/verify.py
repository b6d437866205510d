"""Is this file a certified copy, unchanged and in force?

The *file* is judged: its container, its two signatures, the right persons. The
register, where there is one, says what it knows of the file and of its code. By code
alone nothing is ever green (design §4.11): a genuine QR on a forged paper must not
vouch for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from certify.annulment import Annulment
from certify.attestation import CertifiedCopy
from certify.identifiers import parse_verification_code
from certify.indication_causes import cause_of
from certify.inspection import CHAIN_MISSING, REVOKED, Indication, Inspection
from certify.lists import SignedLists
from certify.ports import Inspector
from certify.roster import RosterEntry, on_roster
from certify.signatures import (
    ARCHIVE_LEVEL,
    person_and_agency,
    signature_problems,
)
from certify.trail_standing import TrailStanding, TrailStandings, TrailState
from certify.verdict import (
    CONTAINER_SENTENCES,
    VERDICT_TEXTS,
    Verdict,
    VerdictText,
)
from certify.verification_policy import NO_POLICY, VerificationPolicy


class RegisterView(Protocol):
    """What verification asks the register; filled by `ports.Register`."""

    def released(self, verification_code: str) -> CertifiedCopy | None:
        """Return a released copy by its code."""
        ...

    def released_file(self, sha256: str) -> CertifiedCopy | None:
        """Return the copy one of whose editions has this digest."""
        ...


@dataclass(frozen=True)
class Report:
    """The answer to one verification.

    Attributes:
        problems: Vietnamese, each names one thing that is wrong or missing.
        copy: the register's view, for our own files only.
        annulment: why an annulled copy may not be used.
        policy: by what it was judged.
        trail: where its release stands in the public trail, for our own files only.
    """

    verdict: Verdict
    problems: tuple[str, ...]
    inspection: Inspection
    copy: CertifiedCopy | None
    annulment: Annulment | None = None
    policy: VerificationPolicy = NO_POLICY
    trail: TrailStanding | None = None

    @property
    def text(self) -> VerdictText:
        """Colour, word, sentence and exit code of the verdict."""
        return VERDICT_TEXTS[self.verdict]


class VerifyCopy:
    """Judges a file, with the register or, without it, with a roster alone."""

    def __init__(
        self,
        *,
        inspector: Inspector,
        register: RegisterView | None,
        roster: Sequence[RosterEntry] = (),
        lists: Callable[[], SignedLists] | None = None,
        trail: TrailStandings = lambda _sha256: None,
    ) -> None:
        """Take the collaborators; `register` is None offline.

        Args:
            inspector: reads the file.
            register: knows our own copies.
            roster: who signs for whom, where `lists` is not given.
            lists: reads the signed lists of the trust folder as they are now.
            trail: tells where a released file stands in the public trail.
        """
        self._inspector = inspector
        self._register = register
        self._trail = trail
        self._lists = lists or (lambda: SignedLists(roster=tuple(roster)))

    def __call__(self, path: Path) -> Report:
        """Judge one file. Never raises for bad bytes."""
        policy = self._lists().policy(register=self._register is not None)
        return replace(self._judge(path), policy=policy)

    def _judge(self, path: Path) -> Report:
        inspection = self._inspector.inspect(path)
        if inspection.problem == "limits":
            return Report(Verdict.OVER_LIMITS, (), inspection, None)
        if inspection.problem == "time":
            late = ("chưa kiểm tra xong trong thời gian cho phép, hãy thử lại",)
            return Report(Verdict.UNDETERMINED, late, inspection, None)
        if self._register is not None:
            released = self._register.released_file(inspection.sha256)
            if released is not None:
                return self._judge_ours(inspection, released)
            claimed = self._claimed(inspection)
            if claimed is not None:
                problems = tuple(copy_problems(inspection, claimed))
                if claimed.annulment is not None:
                    problems += (f"bản sao thật {claimed.annulment.sentence}",)
                return Report(Verdict.OURS_ALTERED, problems, inspection, claimed)
        return self._judge_stranger(inspection)

    def _judge_ours(self, inspection: Inspection, copy: CertifiedCopy) -> Report:
        """Judge a file whose bytes are those of a released edition."""
        newest = copy.newest.stored.sha256 == inspection.sha256
        problems = tuple(
            copy_problems(inspection, copy, same_bytes=True, superseded=not newest)
        )
        # The signed list remembers what a database restored from a backup forgot.
        annulment = copy.annulment or self._lists().annulment_of(inspection.record)
        if annulment is not None:
            return _annulled(inspection, annulment, copy, problems)
        standing = self._trail(inspection.sha256)
        if standing is not None and standing.state is TrailState.CONTRADICTED:
            problems += (standing.sentence,)
        verdict = Verdict.OURS_IN_FORCE if newest else Verdict.OURS_EARLIER_EDITION
        if problems:
            # The bytes are what was released, so the doubt is about trust or time.
            verdict = Verdict.UNDETERMINED
        return Report(verdict, problems, inspection, copy, trail=standing)

    def _claimed(self, inspection: Inspection) -> CertifiedCopy | None:
        """Return the copy whose code the file carries, if the register knows it."""
        if self._register is None:
            return None
        code = parse_verification_code(inspection.record.get("code", ""))
        return self._register.released(code) if code else None

    def _judge_stranger(self, inspection: Inspection) -> Report:
        problems = tuple(_file_problems(inspection))
        lists = self._lists()
        certified = not problems and _certified(inspection, lists)
        verdict = _stranger_verdict(inspection, certified=certified)
        if verdict is Verdict.OTHER_AUTHORITY:
            return _other_authority(inspection, lists)
        if not problems and verdict is Verdict.SIGNED_NOT_CERTIFIED:
            problems = lists.roster_problems or (
                "người ký không có trong danh bạ cơ quan chứng thực",
            )
        return Report(verdict, problems, inspection, None)


def _annulled(
    inspection: Inspection,
    annulment: Annulment,
    copy: CertifiedCopy | None,
    others: Sequence[str] = (),
) -> Report:
    problems = (f"bản sao {annulment.sentence}", *others)
    return Report(Verdict.ANNULLED, problems, inspection, copy, annulment)


def _certified(inspection: Inspection, lists: SignedLists) -> bool:
    """Both signatures by the right roles of the authority that the file names."""
    pair = person_and_agency(inspection)
    if pair is None:
        return False
    return inspection.record.get("authority_id", "") in on_roster(lists.roster, pair)


def _other_authority(inspection: Inspection, lists: SignedLists) -> Report:
    """Judge a certified copy by the signed list of annulments, where there is one."""
    annulment = lists.annulment_of(inspection.record)
    if annulment is not None:
        return _annulled(inspection, annulment, None)
    problems = (*lists.roster_problems, *lists.unknown_annulment(inspection.record))
    verdict = Verdict.OTHER_AUTHORITY if problems else Verdict.OTHER_IN_FORCE
    return Report(verdict, problems, inspection, None)


def _stranger_verdict(inspection: Inspection, *, certified: bool) -> Verdict:
    signatures = [s for s in inspection.signatures if s.kind == "signature"]
    broken = any(
        not s.intact or s.changes_since == "forbidden" or not s.docmdp_ok
        for s in inspection.signatures
    )
    indications = {s.indication for s in inspection.signatures}
    # The first answer that applies; the worst news comes first.
    answers = (
        (bool(inspection.problem), Verdict.UNREADABLE),
        (not signatures, Verdict.UNSIGNED),
        (broken, Verdict.SIGNATURE_BROKEN),
        (
            any(s.sub_indication in {*CHAIN_MISSING, REVOKED} for s in signatures),
            Verdict.SIGNED_BY_UNTRUSTED,
        ),
        (Indication.TOTAL_FAILED in indications, Verdict.SIGNATURE_BROKEN),
        (Indication.INDETERMINATE in indications, Verdict.UNDETERMINED),
        (certified, Verdict.OTHER_AUTHORITY),
        (True, Verdict.SIGNED_NOT_CERTIFIED),
    )
    return next(verdict for applies, verdict in answers if applies)


_HARMFUL_ANYWHERE = {
    "trailing_bytes",
    "revision_after_signature",
    "byte_range_gap",
    "not_signed",
    "duplicate_object",
}


def _file_problems(inspection: Inspection) -> Iterator[str]:
    """What is wrong with the file by itself."""
    if inspection.problem:
        yield "tệp bị hỏng, bị mã hóa hoặc không phải PDF"
        return
    pair = person_and_agency(inspection)
    ours_by_form = bool(pair or inspection.record)
    for code in inspection.container_problems:
        # Other people's files are free to be written in other ways.
        if ours_by_form or code in _HARMFUL_ANYWHERE:
            yield CONTAINER_SENTENCES.get(code, CONTAINER_SENTENCES["structure"])
    yield from signature_problems(
        inspection,
        signatory_certificate=pair[0].certificate_sha256 if pair else "",
        seal_certificate=pair[1].certificate_sha256 if pair else "",
    )
    yield from _undetermined(inspection)
    if pair and inspection.level != ARCHIVE_LEVEL:
        yield f"chữ ký chỉ đạt mức {inspection.level or 'chưa xác định'}"
    if pair and not inspection.page_digest:
        yield "các trang không có dạng của bản sao chứng thực"
    elif pair and inspection.record.get("page_digest") != inspection.page_digest:
        yield "hình ảnh trang khác với bản đã chứng thực"


def copy_problems(
    inspection: Inspection,
    copy: CertifiedCopy,
    *,
    same_bytes: bool = False,
    superseded: bool = False,
) -> Iterator[str]:
    """Say in Vietnamese what is wrong with a file that claims to be a released copy.

    Of a superseded edition no timestamp need be good today: the newest begins with
    the same bytes and proves them.
    """
    if not same_bytes:
        yield "nội dung tệp khác với tệp đã cấp"
    if inspection.problem:
        yield "tệp bị hỏng hoặc bị cắt bớt"
        return
    for code in inspection.container_problems:
        yield CONTAINER_SENTENCES.get(code, CONTAINER_SENTENCES["structure"])
    yield from signature_problems(
        inspection,
        signatory_certificate=copy.statement.signatory_certificate,
        seal_certificate=copy.statement.seal_certificate,
    )
    if inspection.page_digest != copy.statement.page_digest:
        yield "hình ảnh trang khác với bản đã chứng thực"
    if not superseded:
        yield from _undetermined(inspection)


def _undetermined(inspection: Inspection) -> Iterator[str]:
    """Say what is missing to judge a signature; unknown is never good."""
    for facts in inspection.signatures:
        if facts.indication is Indication.INDETERMINATE:
            who = facts.signer or facts.field
            yield (
                f"chưa xác định được chữ ký {who}: {cause_of(facts.sub_indication)} "
                f"({facts.sub_indication})"
            )
