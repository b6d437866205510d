"""The officer's desk: everything from the visit to the signatory's confirmation.

    open_case → add_original → (ScanDesk) → record_comparison → approve

Each verb checks that caller, case and paper belong together, then makes one
committed change. The scan in between is `scan_desk.py`; issuing is `issue.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from certify.attestation import Act, AttestationView
from certify.case import Case, CaseStatus, Original
from certify.clock import Clock, vietnamese_day
from certify.comparison import Comparison, check_comparison
from certify.deadline import OfficeHours, due_at
from certify.declared_pages import check_declared
from certify.errors import ConfirmationInvalid, InvalidInput, NotFound, WrongState
from certify.fees import tariff_in_force
from certify.identifiers import new_id, new_verification_code
from certify.people import Officer, Requester
from certify.permission import check_maker_checker, check_mandate
from certify.ports import Cases, Confirmer, People, Sealer
from certify.statement import AuthorisedStatement
from certify.typed_text import optional_text, required_text
from certify.wording import wording_in_force

MAX_COPIES = 1000


@dataclass(frozen=True)
class DeskRules:
    """Settings of the desk; dated defaults of 2026-11-22.

    Attributes:
        confirmation_valid: how long a confirmed statement may wait for its signature.
    """

    confirmation_valid: timedelta = timedelta(hours=8)
    hours: OfficeHours = field(default_factory=OfficeHours)


class Desk:
    """What an officer and a signatory do before a copy is issued."""

    def __init__(
        self,
        *,
        people: People,
        cases: Cases,
        sealer: Sealer,
        confirmer: Confirmer,
        clock: Clock,
        rules: DeskRules,
    ) -> None:
        """Take the collaborators; no state is held between calls."""
        self._people = people
        self._cases = cases
        self._sealer = sealer
        self._confirmer = confirmer
        self._clock = clock
        self._rules = rules

    def open_case(self, officer_id: str, requester: Requester) -> Case:
        """Open a visit of one requester.

        Raises:
            InvalidInput: the name is empty or too long.
        """
        officer = self._people.officer(officer_id)
        authority = self._people.authority(officer.authority_id)
        now = self._clock.now()
        case = Case(
            id=new_id(),
            code=authority.unit_code,  # the store appends day and counter
            authority_id=authority.id,
            officer_id=officer.id,
            requester=Requester(
                name=required_text("Họ tên người yêu cầu", requester.name),
                email=requester.email or None,
                phone=requester.phone or None,
            ),
            status=CaseStatus.RECEIVED,
            opened_at=now,
            due_at=due_at(now, self._rules.hours).astimezone(UTC),
        )
        return self._cases.open_case(case, _by(officer, "case.open"))

    def add_original(
        self,
        officer_id: str,
        case_id: str,
        *,
        title: str,
        issuer: str,
        copies: int,
        declared_pages: int | None = None,
    ) -> Original:
        """Add a paper to a visit; each paper will take a number of its own.

        Raises:
            InvalidInput: empty title, copies outside 1…1000, or more or fewer pages
                than a scan may have.
            NotFound: no such case at this officer's authority.
        """
        officer = self._people.officer(officer_id)
        self._case_of(officer, case_id)
        if not 1 <= copies <= MAX_COPIES:
            raise InvalidInput(field="Số bản sao", reason=f"phải từ 1 đến {MAX_COPIES}")
        check_declared(declared_pages)
        original = Original(
            id=new_id(),
            case_id=case_id,
            position=0,  # the store gives the next position
            title=required_text("Tên giấy tờ", title),
            issuer=optional_text("Cơ quan cấp", issuer),
            copies=copies,
            scan=None,
            attestation_id=None,
            declared_pages=declared_pages,
        )
        return self._cases.add_original(original, _by(officer, "original.add"))

    def record_comparison(
        self, original_id: str, comparison: Comparison
    ) -> AttestationView:
        """Record that the officer compared the scan with the paper original.

        Raises:
            ComparisonIncomplete, ScanRefused: see `check_comparison`.
            WrongState: no scan yet, or already approved.
            ScanPurged: the scan is too old; the paper is scanned again.
        """
        officer = self._people.officer(comparison.officer_id)
        original = self._original_of(officer, original_id)
        if original.scan is None:
            raise WrongState(reason="chưa có bản chụp để đối chiếu")
        original.scan.check_kept()
        check_comparison(comparison, original.scan)
        return self._cases.record_comparison(
            original_id=original.id,
            attestation_id=original.attestation_id or new_id(),
            verification_code=new_verification_code(),
            comparison=comparison,
            act=_by(officer, "comparison.record"),
        )

    def draft_statement(
        self, attestation_id: str, signatory_id: str
    ) -> AuthorisedStatement:
        """Return exactly what this signatory would confirm now.

        Raises:
            MandateInvalid, NotAllowed: this person may not sign this copy.
            ScanPurged: the scan is too old; the paper is scanned again.
        """
        signatory = self._people.signatory(signatory_id)
        view = self._cases.attestation(attestation_id)
        case = self._cases.case(view.case_id)
        authority = self._people.authority(case.authority_id)
        original = self._cases.original(view.original_id)
        comparison = self._cases.comparison(attestation_id)
        if original.scan is None:
            raise WrongState(reason="chưa có bản chụp")
        original.scan.check_kept()
        now = self._clock.now()
        day = vietnamese_day(now)
        check_mandate(signatory, authority, day)
        officer = self._people.officer(comparison.officer_id)
        check_maker_checker(authority, officer, signatory)
        person, seal = self._sealer.certificate_digests(signatory, authority)
        expires = now + self._rules.confirmation_valid
        pages = comparison.pages_with_information
        return AuthorisedStatement(
            attestation_id=attestation_id,
            verification_code=view.verification_code,
            authority_id=authority.id,
            authority_name=authority.name,
            case_code=case.code,
            original_title=original.title,
            original_issuer=original.issuer,
            original_pages=pages,
            copies=original.copies,
            page_digest=comparison.page_digest,
            requester_name=case.requester.name,
            officer_id=comparison.officer_id,
            officer_name=officer.name,
            signatory_id=signatory.id,
            signatory_name=signatory.name,
            signatory_title=signatory.title_lines,
            signatory_key_id=signatory.key_id,
            signatory_certificate=person,
            seal_key_id=authority.seal_key_id,
            seal_certificate=seal,
            wording=wording_in_force(day).version,
            fee_dong=tariff_in_force(day).fee(pages, original.copies),
            expires_at=expires.replace(microsecond=0).isoformat(),
        )

    def approve(
        self,
        signatory_id: str,
        attestation_ids: Sequence[str],
        seen: Mapping[str, str],
    ) -> None:
        """Have the signatory confirm a list of statements in one act.

        Args:
            signatory_id: who confirms.
            attestation_ids: in the order shown.
            seen: attestation → `content_digest` of what this person was shown. It is
                held against the very statements that are then confirmed.

        Raises:
            InvalidInput: the list is not exactly what was seen, each once.
            ConfirmationInvalid: one reads differently now; none is approved.
            MandateInvalid, NotAllowed: may not sign one of them; none is approved.
            WrongState: one of them is not ready; earlier ones stay approved.
        """
        if sorted(attestation_ids) != sorted(seen):
            raise InvalidInput(
                field="content_digests",
                reason="phải có đúng một mã nội dung đã xem cho mỗi bản sao",
            )
        signatory = self._people.signatory(signatory_id)
        statements = [self.draft_statement(a, signatory_id) for a in attestation_ids]
        if any(s.content_digest != seen[s.attestation_id] for s in statements):
            raise ConfirmationInvalid(
                reason="nội dung đã thay đổi sau khi xem, hãy xem lại"
            )
        assertion = self._confirmer.confirm(
            signatory, [s.digest for s in statements], self._clock.now()
        )
        for statement in statements:
            self._cases.approve(
                attestation_id=statement.attestation_id,
                statement=statement,
                assertion=assertion,
                act=Act(f"signatory:{signatory.id}", "statement.approve"),
            )

    def _case_of(self, officer: Officer, case_id: str) -> Case:
        case = self._cases.case(case_id)
        if case.authority_id != officer.authority_id:
            raise NotFound(what="hồ sơ")
        return case

    def _original_of(self, officer: Officer, original_id: str) -> Original:
        original = self._cases.original(original_id)
        self._case_of(officer, original.case_id)
        return original


def _by(officer: Officer, action: str) -> Act:
    return Act(actor=f"officer:{officer.id}", action=action)
