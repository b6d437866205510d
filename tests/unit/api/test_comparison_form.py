"""The comparison form: foreign papers, VNeID, and answers that force a refusal."""

from datetime import date
from typing import Any

import pytest
from starlette.datastructures import FormData

from api.legal_tables import read_legal_tables
from api.pages.comparison_form import (
    Choices,
    forced_refusal,
    problems_of_form,
    to_comparison,
    values_of_record,
)
from api.pages.desk_form import DeskForm
from certify.comparison import Legalisation, RefusalGround, check_comparison
from certify.legal_tables import in_force
from tests.support.builders import OFFICER_ID, make_scan
from tests.support.clock import MORNING

TABLES = read_legal_tables()
TODAY = date(2026, 11, 23)
SCAN = make_scan("original")
LIST_NOTE = "Hộ chiếu do nước ngoài cấp (Thông tư 01/2020/TT-BTP Điều 6)"


def choices(title: str = "Học bạ") -> Choices:
    reasons = in_force(TABLES.refusal_reasons, TODAY)
    return Choices(
        exemptions=in_force(TABLES.exemptions, TODAY),
        no_originals=[row for row in reasons if row.kind == "source"],
        on_vneid=TABLES.on_vneid(title, TODAY),
    )


def form(**changes: Any) -> DeskForm:
    answers = {f"ground.{ground}": "no" for ground in RefusalGround}
    honest = {
        "place": "Bộ phận một cửa",
        "page_digest": SCAN.page_digest,
        "page.1": "1",
        "paper_original_shown": "1",
        "original_kind": "first_issue",
        "pages_with_information": "1",
        "origin": "domestic",
    }
    return DeskForm(FormData({**honest, **answers, **changes}))


def test_an_honest_form_has_no_problems() -> None:
    assert problems_of_form(form(), SCAN, choices()) == {}
    assert forced_refusal(form()) == ""


@pytest.mark.parametrize(
    ("answers", "legalisation", "note"),
    [
        ({"origin": "domestic"}, Legalisation.NOT_FOREIGN, ""),
        (
            {"legalisation": "legalised", "legalisation_note": "HPH 123/2026"},
            Legalisation.LEGALISED,
            "HPH 123/2026",
        ),
        ({"legalisation": "exempt.passport"}, Legalisation.EXEMPT_LIST, LIST_NOTE),
        (
            {"legalisation": "exempt.treaty", "legalisation_note": "HĐTTTP Việt - Lào"},
            Legalisation.EXEMPT_TREATY,
            (
                "Miễn theo điều ước quốc tế mà Việt Nam là thành viên (Nghị định "
                "23/2015/NĐ-CP Điều 20 khoản 1); HĐTTTP Việt - Lào"
            ),
        ),
    ],
)
def test_how_a_foreign_paper_may_be_used_is_recorded(
    answers: dict[str, str], legalisation: Legalisation, note: str
) -> None:
    """NĐ 23/2015 Đ20 k.1; TT 01/2020/TT-BTP Đ6 (domain §9 rule 6)."""
    typed = form(**{"origin": "foreign", **answers})
    assert problems_of_form(typed, SCAN, choices()) == {}
    record = to_comparison(typed, SCAN, choices(), officer_id=OFFICER_ID, now=MORNING)
    assert (record.legalisation, record.legalisation_note) == (legalisation, note)
    check_comparison(record, SCAN)
    shown = values_of_record(record, SCAN, choices())
    for name, value in {"origin": "foreign", **answers}.items():
        assert shown[name] == value


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"origin": ""}, "origin"),
        ({"origin": "mars"}, "origin"),
        ({"origin": "foreign"}, "legalisation"),
        ({"origin": "foreign", "legalisation": "exempt.hope"}, "legalisation"),
        ({"origin": "foreign", "legalisation": "legalised"}, "legalisation_note"),
        ({"origin": "foreign", "legalisation": "exempt.treaty"}, "legalisation_note"),
        ({"original_kind": ""}, "original_kind"),
        ({"pages_with_information": "2"}, "pages_with_information"),
    ],
)
def test_a_missing_answer_is_named(answers: dict[str, str], field: str) -> None:
    assert list(problems_of_form(form(**answers), SCAN, choices())) == [field]


def test_a_paper_on_vneid_needs_the_citizens_choice() -> None:
    """NĐ 23/2015 Đ9 k.8 (domain §9 rule 8)."""
    licence = choices("Giấy phép lái xe")
    assert list(problems_of_form(form(), SCAN, licence)) == ["on_vneid"]
    told = form(on_vneid="1")
    assert problems_of_form(told, SCAN, licence) == {}
    record = to_comparison(told, SCAN, licence, officer_id=OFFICER_ID, now=MORNING)
    assert record.on_vneid


@pytest.mark.parametrize("ground", list(RefusalGround))
def test_a_yes_forces_a_refusal_for_that_ground(ground: RefusalGround) -> None:
    """NĐ 23/2015 Đ9 k.4, Đ22 (domain §9 rule 3)."""
    yes = form(**{f"ground.{ground}": "yes"})
    problems = problems_of_form(yes, SCAN, choices())
    assert problems[f"ground.{ground}"].startswith("Phải từ chối")
    assert forced_refusal(yes) == ground.value


@pytest.mark.parametrize("code", ["not_an_original", "electronic_original"])
def test_what_is_no_original_forces_a_refusal(code: str) -> None:
    """NĐ 23/2015 Đ2 k.5, Đ18; NĐ 45/2020 Đ3 k.9 (domain §9 rule 7)."""
    typed = form(original_kind=f"refuse.{code}")
    problems = problems_of_form(typed, SCAN, choices())
    assert problems["original_kind"].startswith("Phải từ chối")
    assert forced_refusal(typed) == code
