"""What the page of a paper shows of refusals, reports and the tables behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from api.pages.desk_form import DeskForm
from api.services import Services
from certify.case import Original
from certify.clock import vietnamese_day
from certify.desk_papers import NEEDS_RECEIVER, SuspicionTyped
from certify.desk_record import DeskRecord, RecordKind
from certify.errors import CertifyError, InvalidInput
from certify.legal_tables import LegalEntry, in_force

# The core names fields by their Vietnamese label; the page by their form name.
_FIELDS = {
    "Lý do từ chối": "refusal.reason",
    "Giải thích cụ thể": "refusal.detail",
    "Lý do thu hồi": "withdrawal.reason",
    "Dấu hiệu vi phạm": "report.code",
    "Nội dung phát hiện": "report.seen",
    "Việc đã làm": "report.measures",
    "Cơ quan tiếp nhận": "report.receiver",
    "Ý kiến của người yêu cầu": "report.requester_says",
    "Người chứng kiến": "report.witness",
}
_MEASURE = "report.measure."


@dataclass(frozen=True)
class Typed:
    """What was typed into one form, and what is wrong with it.

    Attributes:
        sentence: a problem that belongs to no single field.
        values, errors: by form field.
    """

    sentence: str = ""
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """True when the form must stand open."""
        return bool(self.sentence or self.errors or self.values)


@dataclass(frozen=True)
class Decisions:
    """Records about one original, and what may be chosen in the forms.

    Attributes:
        refusal: in force, None if there is none.
        report: that holds the whole case, None if there is none.
        withdrawn: refusals of this original taken back.
    """

    refusal: DeskRecord | None
    report: DeskRecord | None
    withdrawn: Sequence[DeskRecord]
    reasons: Sequence[LegalEntry]
    suspicions: Sequence[LegalEntry]
    measures: Sequence[LegalEntry]

    @property
    def to_report(self) -> LegalEntry | None:
        """Return the suspicion that the refusal itself names, None if it names none.

        What is refused as altered, or under Đ22 k.4, is reported too (NĐ 23/2015 Đ9
        k.6; TT 01/2020/TT-BTP Đ11 k.2): the tables use one code for both.
        """
        code = self.refusal.content.code if self.refusal else ""
        return next((row for row in self.suspicions if row.code == code), None)

    @property
    def locked(self) -> bool:
        """True when nothing may be issued of this original."""
        return bool(self.refusal or self.report)


def decisions_of(services: Services, original: Original) -> Decisions:
    """Read the records about an original and the tables of today."""
    records = services.records.records(original.case_id)
    refusals = [
        record
        for record in records
        if record.kind is RecordKind.REFUSAL and record.original_id == original.id
    ]
    reports = [record for record in records if record.kind is RecordKind.FORGERY]
    day = vietnamese_day(services.clock.now())
    tables = services.legal_tables
    return Decisions(
        refusal=next((record for record in refusals if record.in_force), None),
        report=reports[0] if reports else None,
        withdrawn=[record for record in refusals if not record.in_force],
        reasons=in_force(tables.refusal_reasons, day),
        suspicions=in_force(tables.suspicions, day),
        measures=in_force(tables.measures, day),
    )


def suspicion_of(form: DeskForm) -> SuspicionTyped:
    """Read the form of a report."""
    return SuspicionTyped(
        code=form.text("report.code", 40),
        seen=form.text("report.seen", 2000),
        measures=sorted(
            name for name, on in form.starting_with(_MEASURE).items() if on
        ),
        receiver=form.text("report.receiver", 400),
        requester_says=form.text("report.requester_says", 2000),
        witness=form.text("report.witness", 400),
    )


def unanswered(form: DeskForm, measures: Sequence[LegalEntry]) -> dict[str, str]:
    """Return field → what to do for a report, all at once, in the form's order."""
    typed = suspicion_of(form)
    handed = any(m.code in typed.measures for m in measures if m.kind == NEEDS_RECEIVER)
    problems = {
        "report.code": "" if typed.code else "Hãy chọn dấu hiệu vi phạm",
        "report.seen": "" if typed.seen else "Hãy ghi cụ thể điều đã thấy trên giấy tờ",
        "report.measures": "" if typed.measures else "Hãy chọn ít nhất một việc đã làm",
        "report.receiver": "Hãy ghi tên cơ quan tiếp nhận giấy tờ"
        if handed and not typed.receiver
        else "",
        "report.sure": ""
        if form.ticked("report.sure")
        else "Hãy xác nhận đã kiểm tra nội dung biên bản",
    }
    return {name: sentence for name, sentence in problems.items() if sentence}


def typed_again(form: DeskForm, error: CertifyError) -> Typed:
    """Keep what was typed, with the problem beside its field where it has one."""
    name = _FIELDS.get(str(error.data.get("field")), "")
    values = form.starting_with("")
    if isinstance(error, InvalidInput) and name:
        return Typed(values=values, errors={name: str(error)})
    return Typed(sentence=str(error), values=values)
