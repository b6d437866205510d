"""The comparison form: every answer demanded, every problem next to its field."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from api.pages.desk_form import DeskForm
from certify.case import OriginalKind, StoredScan
from certify.comparison import (
    GROUND_SENTENCES,
    Comparison,
    Legalisation,
    RefusalGround,
)
from certify.scan import Severity

_Choice = TypeVar("_Choice", bound=StrEnum)


def values_of_form(form: DeskForm) -> dict[str, str]:
    """Return what was typed, to show it again."""
    return form.starting_with("")


def values_of_record(record: Comparison, scan: StoredScan) -> dict[str, str]:
    """Return the form as it was when this record was made, to correct it."""
    answers = {f"ground.{g}": "yes" if v else "no" for g, v in record.grounds.items()}
    reasons = {f"reason.{c}": text for c, text in record.accepted_warnings.items()}
    ticks = {f"page.{n}": "1" for n in range(1, scan.page_count + 1)}
    return {
        "place": record.place,
        "paper_original_shown": "1" if record.paper_original_shown else "",
        "original_kind": record.original_kind.value,
        "pages_with_information": str(record.pages_with_information),
        "legalisation": record.legalisation.value,
        "legalisation_note": record.legalisation_note,
        "on_vneid": "1" if record.on_vneid else "",
        **answers,
        **reasons,
        **(ticks if record.pages_match else {}),
    }


def problems_of_form(form: DeskForm, scan: StoredScan) -> dict[str, str]:
    """Return field → what to do, in the order of the form."""
    return dict(_problems(form, scan))


def to_comparison(
    form: DeskForm, scan: StoredScan, officer_id: str, now: datetime
) -> Comparison:
    """Make the record of a form without problems."""
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
        legalisation=Legalisation(form.text("legalisation")),
        legalisation_note=form.text("legalisation_note", 500),
        accepted_warnings={c: t for c, t in form.starting_with("reason.").items() if t},
        on_vneid=form.ticked("on_vneid"),
    )


def _problems(form: DeskForm, scan: StoredScan) -> Iterator[tuple[str, str]]:
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
    yield from _problems_of_paper(form, scan)
    yield from _problems_of_grounds(form)


def _problems_of_paper(form: DeskForm, scan: StoredScan) -> Iterator[tuple[str, str]]:
    if _choice(OriginalKind, form.text("original_kind")) is None:
        yield "original_kind", "Hãy chọn loại bản chính"
    counted = form.text("pages_with_information", 6)
    if not counted.isascii() or not counted.isdigit():
        yield "pages_with_information", "Hãy đếm số trang có thông tin trên bản chính"
    elif int(counted) != scan.page_count:
        yield (
            "pages_with_information",
            f"Bản chụp có {scan.page_count} trang; hãy đếm lại hoặc chụp lại cho đủ",
        )
    legalisation = _choice(Legalisation, form.text("legalisation"))
    if legalisation is None:
        yield "legalisation", "Hãy chọn giấy tờ trong nước hay nước ngoài"
    elif legalisation is not Legalisation.NOT_FOREIGN and not form.text(
        "legalisation_note"
    ):
        yield (
            "legalisation_note",
            "Hãy ghi số hợp pháp hóa lãnh sự hoặc căn cứ được miễn",
        )


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
