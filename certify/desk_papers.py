"""Refusing a paper, and reporting one that may be forged (domain §9 rules 3 to 5).

    refuse → (withdraw_refusal)        report_suspicion → the visit stops

Each verb draws up one record in one committed change: the numbered paper, the act on
the trail, the visit's status. From then on the original is not issued.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from certify.attestation import Act
from certify.case import Case, Original
from certify.clock import Clock, vietnamese_day
from certify.desk_record import DeskRecord, Heading, Refusal, Suspicion, Withdrawal
from certify.errors import InvalidInput, NotFound
from certify.identifiers import new_id
from certify.legal_tables import LegalEntry, LegalTables, chosen, in_force
from certify.people import Officer
from certify.ports import Cases, People
from certify.typed_text import optional_text, required_text

MAX_ACCOUNT = 1000
"""Characters of an account of what was seen: a paragraph or two."""

NEEDS_DETAIL = "detail"
NEEDS_RECEIVER = "receiver"
"""`kind` of a table's row that asks for one more field."""


class DeskRecords(Protocol):
    """Where the papers are kept. Every write is one transaction with its act."""

    def draw_up(self, record: DeskRecord, act: Act) -> DeskRecord:
        """Store a record under the next number of its kind, authority and year.

        MUST keep the original, after a report every original of the case, from being
        scanned, compared, confirmed and leased. MUST take back a confirmation that
        waits. MUST set the case's status: STOPPED after a report; after a refusal DONE
        or NOT_RECEIVED when no original of the case is left to do.

        Raises:
            WrongState: released; or refused or reported already; or the case is over;
                or, for a refusal, it holds a number.
            LeaseHeld: a worker is signing a copy of this case; try again.
            NotFound: no such original.
        """
        ...

    def withdraw(self, record_id: str, withdrawal: Withdrawal, act: Act) -> DeskRecord:
        """Take a refusal back; the case is in progress again.

        Raises:
            WrongState: not a refusal, withdrawn already, or the case is over.
            NotFound: no such record.
        """
        ...

    def record(self, record_id: str) -> DeskRecord:
        """Raises NotFound."""
        ...

    def records(self, case_id: str) -> Sequence[DeskRecord]:
        """Of a case, oldest first."""
        ...

    def held_scans(self, authority_id: str) -> frozenset[str]:
        """Return ids of scans a purge MUST leave: those of reported originals."""
        ...


@dataclass(frozen=True)
class SuspicionTyped:
    """What the officer answers about a suspicious paper; codes are the tables'."""

    code: str
    seen: str
    measures: Sequence[str]
    receiver: str = ""
    requester_says: str = ""
    witness: str = ""


class DeskPapers:
    """Draws up refusals and reports."""

    def __init__(
        self,
        *,
        people: People,
        cases: Cases,
        records: DeskRecords,
        tables: LegalTables,
        clock: Clock,
    ) -> None:
        """Take the collaborators."""
        self._people = people
        self._cases = cases
        self._records = records
        self._tables = tables
        self._clock = clock

    def refuse(
        self, officer_id: str, original_id: str, *, reason: str, detail: str
    ) -> DeskRecord:
        """Refuse an original for a reason of the table in force today.

        Raises:
            InvalidInput: no such reason today, or its explanation is missing.
            WrongState, LeaseHeld, NotFound: see `DeskRecords.draw_up`.
        """
        officer, original, case = self._scene(officer_id, original_id)
        day = vietnamese_day(self._clock.now())
        row = chosen(self._tables.refusal_reasons, reason, day, field="Lý do từ chối")
        check = required_text if row.kind == NEEDS_DETAIL else optional_text
        remedies = [r.text for r in in_force(self._tables.remedies, day)]
        content = Refusal(
            code=row.code,
            reason=row.text,
            citation=row.citation,
            detail=check("Giải thích cụ thể", detail, MAX_ACCOUNT),
            remedies=tuple(([row.advice] if row.advice else []) + remedies),
        )
        form = chosen(self._tables.forms, "refusal", day, field="Mẫu phiếu từ chối")
        return self._draw_up(officer, original, case, form, content)

    def withdraw_refusal(
        self, officer_id: str, record_id: str, reason: str
    ) -> DeskRecord:
        """Take back a refusal that was a mistake, while the visit is not over.

        Raises:
            InvalidInput: no reason.
            WrongState, NotFound: see `DeskRecords.withdraw`.
        """
        officer = self._people.officer(officer_id)
        if self._records.record(record_id).authority_id != officer.authority_id:
            raise NotFound(what="phiếu từ chối")
        text = required_text("Lý do thu hồi", reason, MAX_ACCOUNT)
        withdrawal = Withdrawal(officer.id, officer.name, self._clock.now(), text)
        act = Act(f"officer:{officer.id}", "refusal.withdraw", text)
        return self._records.withdraw(record_id, withdrawal, act)

    def report_suspicion(
        self, officer_id: str, original_id: str, typed: SuspicionTyped
    ) -> DeskRecord:
        """Report a paper that may be forged; the visit stops, nothing is issued.

        Raises:
            InvalidInput: an answer is missing.
            WrongState, LeaseHeld, NotFound: see `DeskRecords.draw_up`.
        """
        officer, original, case = self._scene(officer_id, original_id)
        day = vietnamese_day(self._clock.now())
        row = chosen(self._tables.suspicions, typed.code, day, field="Dấu hiệu vi phạm")
        seen = required_text("Nội dung phát hiện", typed.seen, MAX_ACCOUNT)
        measures = self._measures(typed.measures, day)
        handed = any(measure.kind == NEEDS_RECEIVER for measure in measures)
        receiver = required_text if handed else optional_text
        content = Suspicion(
            code=row.code,
            reason=row.text,
            citation=row.citation,
            seen=seen,
            requester_says=optional_text(
                "Ý kiến của người yêu cầu", typed.requester_says, MAX_ACCOUNT
            ),
            witness=optional_text("Người chứng kiến", typed.witness),
            measures=tuple(measure.text for measure in measures),
            receiver=receiver("Cơ quan tiếp nhận", typed.receiver),
        )
        form = chosen(self._tables.forms, "forgery", day, field="Mẫu biên bản")
        return self._draw_up(officer, original, case, form, content)

    def _measures(self, codes: Sequence[str], day: date) -> list[LegalEntry]:
        field = "Việc đã làm"
        if not codes:
            raise InvalidInput(field=field, reason="hãy chọn ít nhất một việc")
        for code in codes:
            chosen(self._tables.measures, code, day, field=field)
        return [m for m in in_force(self._tables.measures, day) if m.code in codes]

    def _scene(
        self, officer_id: str, original_id: str
    ) -> tuple[Officer, Original, Case]:
        officer = self._people.officer(officer_id)
        original = self._cases.original(original_id)
        case = self._cases.case(original.case_id)
        if case.authority_id != officer.authority_id:
            raise NotFound(what="giấy tờ")
        return officer, original, case

    def _draw_up(
        self,
        officer: Officer,
        original: Original,
        case: Case,
        form: LegalEntry,
        content: Refusal | Suspicion,
    ) -> DeskRecord:
        authority = self._people.authority(case.authority_id)
        record = DeskRecord(
            id=new_id(),
            authority_id=authority.id,
            case_id=case.id,
            original_id=original.id,
            officer_id=officer.id,
            scan_id=original.scan.id if original.scan else None,
            made_at=self._clock.now(),
            number=0,  # the store gives the next one
            heading=Heading(
                authority=authority.name,
                place=authority.place,
                case_code=case.code,
                requester=case.requester.name,
                title=original.title,
                issuer=original.issuer,
                officer=officer.name,
                officer_title=officer.title,
                form=form.text,
                form_symbol=form.kind,
                form_citation=form.citation,
                numbering=form.numbering,
            ),
            content=content,
        )
        act = Act(f"officer:{officer.id}", f"{record.kind}.record")
        return self._records.draw_up(record, act)
