"""The comparison form: every answer demanded, every problem next to its field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from api.pages.desk_form import DeskForm
from api.pages.foreign_papers import (
    legalisation_of,
    problems_of_origin,
    values_of_legalisation,
)
from api.pages.words import KIND_WORDS
from api.services import Services
from certify.case import Original, OriginalKind, StoredScan
from certify.clock import vietnamese_day
from certify.comparison import (
    GROUND_SENTENCES,
    Comparison,
    RefusalGround,
)
from certify.legal_tables import LegalEntry, in_force
from certify.scan import Severity

_Choice = TypeVar("_Choice", bound=StrEnum)
_REFUSE = "refuse."
_SOURCE = "source"  # kind of the reasons that say: this is no original


@dataclass(frozen=True)
class Choices:
    """What the tables of today let the officer choose for one paper.

    Attributes:
        exemptions: from legalisation.
        no_originals: reasons to refuse what is not a paper original.
        on_vneid: the row that says VNeID carries this paper, None if none does.
    """

    exemptions: Sequence[LegalEntry]
    no_originals: Sequence[LegalEntry]
    on_vneid: LegalEntry | None

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        """Value and words of every kind of source, the inadmissible ones last."""
        good = [(kind.value, words) for kind, words in KIND_WORDS.items()]
        bad = [
            (_REFUSE + row.code, f"Không chứng thực được: {row.text}")
            for row in self.no_originals
        ]
        return [*good, *bad]


def choices_of(services: Services, original: Original) -> Choices:
    """Read the tables for a paper, as they hold today."""
    day = vietnamese_day(services.clock.now())
    tables = services.legal_tables
    reasons = in_force(tables.refusal_reasons, day)
    return Choices(
        exemptions=in_force(tables.exemptions, day),
        no_originals=[row for row in reasons if row.kind == _SOURCE],
        on_vneid=tables.on_vneid(original.title, day),
    )


def forced_refusal(form: DeskForm) -> str:
    """Return the reason an answer forces the paper to be refused for, "" for none.

    NĐ 23/2015 Đ9 k.4, Đ22 (domain §9 rules 3 and 7).
    """
    kind = form.text("original_kind")
    if kind.startswith(_REFUSE):
        return kind.removeprefix(_REFUSE)
    yes = (g for g in RefusalGround if form.text(f"ground.{g}") == "yes")
    return next((ground.value for ground in yes), "")


def values_of_form(form: DeskForm) -> dict[str, str]:
    """Return what was typed, to show it again."""
    return form.starting_with("")


def values_of_record(
    record: Comparison, scan: StoredScan, choices: Choices
) -> dict[str, str]:
    """Return the form as it was when this record was made, to correct it."""
    answers = {f"ground.{g}": "yes" if v else "no" for g, v in record.grounds.items()}
    reasons = {f"reason.{c}": text for c, text in record.accepted_warnings.items()}
    ticks = {f"page.{n}": "1" for n in range(1, scan.page_count + 1)}
    return {
        "place": record.place,
        "paper_original_shown": "1" if record.paper_original_shown else "",
        "original_kind": record.original_kind.value,
        "pages_with_information": str(record.pages_with_information),
        **values_of_legalisation(record, choices.exemptions),
        "on_vneid": "1" if record.on_vneid else "",
        **answers,
        **reasons,
        **(ticks if record.pages_match else {}),
    }


def problems_of_form(
    form: DeskForm, scan: StoredScan, choices: Choices
) -> dict[str, str]:
    """Return field → what to do, in the order of the form."""
    return dict(_problems(form, scan, choices))


def to_comparison(
    form: DeskForm,
    scan: StoredScan,
    choices: Choices,
    *,
    officer_id: str,
    now: datetime,
) -> Comparison:
    """Make the record of a form without problems."""
    legalisation, note = legalisation_of(form, choices.exemptions)
    return Comparison(
        officer_id=officer_id,
        compared_at=now,
        place=form.text("place", 200),
        page_digest=form.text("page_digest", 64),
        paper_original_shown=form.ticked("paper_original_shown"),
        pages_match=all(form.ticked(name) for name in _page_fields(scan)),
        original_kind=OriginalKind(form.text("original_kind")),
        grounds={g: form.text(f"ground.{g}") == "yes" for g in RefusalGround},
        pages_with_information=int(form.text("pages_with_information", 6)),
        legalisation=legalisation,
        legalisation_note=note,
        accepted_warnings={c: t for c, t in form.starting_with("reason.").items() if t},
        on_vneid=form.ticked("on_vneid"),
    )


def _problems(
    form: DeskForm, scan: StoredScan, choices: Choices
) -> Iterator[tuple[str, str]]:
    if choices.on_vneid and not form.ticked("on_vneid"):
        yield "on_vneid", "Hãy cho người yêu cầu biết và ghi lựa chọn của họ"
    if not form.text("place"):
        yield "place", "Hãy ghi nơi đối chiếu"
    for code in dict.fromkeys(
        f.code for f in scan.findings if f.severity is Severity.WARN
    ):
        if not form.text(f"reason.{code}"):
            yield f"reason.{code}", "Hãy ghi lý do vẫn dùng bản chụp này"
    for number, name in enumerate(_page_fields(scan), 1):
        if not form.ticked(name):
            yield name, f"Hãy đối chiếu trang {number}"
    if not form.ticked("paper_original_shown"):
        yield "paper_original_shown", "Hãy xác nhận đã xem bản chính giấy"
    yield from _problems_of_paper(form, scan, choices)
    yield from _problems_of_grounds(form)


def _problems_of_paper(
    form: DeskForm, scan: StoredScan, choices: Choices
) -> Iterator[tuple[str, str]]:
    refused = {_REFUSE + row.code: row.text for row in choices.no_originals}
    if text := refused.get(form.text("original_kind")):
        yield "original_kind", f"Phải từ chối chứng thực: {text.lower()}"
    elif _choice(OriginalKind, form.text("original_kind")) is None:
        yield "original_kind", "Hãy chọn loại bản chính"
    counted = form.text("pages_with_information", 6)
    if not counted.isascii() or not counted.isdigit():
        yield "pages_with_information", "Hãy đếm số trang có thông tin trên bản chính"
    elif int(counted) != scan.page_count:
        yield (
            "pages_with_information",
            f"Bản chụp có {scan.page_count} trang; hãy đếm lại hoặc chụp lại cho đủ",
        )
    yield from problems_of_origin(form, choices.exemptions)


def _problems_of_grounds(form: DeskForm) -> Iterator[tuple[str, str]]:
    for number, ground in enumerate(RefusalGround, 1):
        answer = form.text(f"ground.{ground}")
        if answer == "yes":
            sentence = GROUND_SENTENCES[ground]
            yield f"ground.{ground}", f"Phải từ chối chứng thực: {sentence.lower()}"
        elif answer != "no":
            yield f"ground.{ground}", f"Câu {number}: hãy trả lời Có hoặc Không"


def _page_fields(scan: StoredScan) -> list[str]:
    return [f"page.{number}" for number in range(1, scan.page_count + 1)]


def _choice(kind: type[_Choice], text: str) -> _Choice | None:
    return next((member for member in kind if member.value == text), None)
