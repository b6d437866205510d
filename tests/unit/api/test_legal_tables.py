"""The tables of the law: complete, dated, editable, and wrong ones are named."""

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from api.legal_tables import FILE, read_legal_tables
from certify.comparison import GROUND_SENTENCES, RefusalGround
from certify.errors import InvalidInput
from certify.legal_tables import LegalEntry, chosen, in_force

TODAY = date(2026, 11, 23)


def text_of_table() -> str:
    return (resources.files("api") / FILE).read_text(encoding="utf-8")


def test_the_six_grounds_of_the_law_come_first_and_word_for_word() -> None:
    """NĐ 23/2015 Đ22 k.1-6 (domain §9 rule 3)."""
    rows = in_force(read_legal_tables().refusal_reasons, TODAY)[:6]
    assert [row.code for row in rows] == [ground.value for ground in RefusalGround]
    assert [row.text for row in rows] == list(GROUND_SENTENCES.values())
    clauses = [row.citation.rsplit(" ", 1)[1] for row in rows]
    assert clauses == list("123456")


def test_nobody_is_refused_for_where_he_lives() -> None:
    """NĐ 23/2015 Đ5 k.5 (domain §9 rule 9)."""
    words = re.compile("cư trú|địa chỉ|hộ khẩu|thường trú|tạm trú")
    reasons = read_legal_tables().refusal_reasons
    assert [row.code for row in reasons if words.search(row.text.lower())] == []


def test_a_row_holds_on_its_days_only() -> None:
    row = LegalEntry("a", "t", "c", date(2026, 1, 2), date(2026, 1, 3))
    days = [date(2026, 1, day) for day in (1, 2, 3, 4)]
    assert [row.covers(day) for day in days] == [False, True, True, False]
    with pytest.raises(InvalidInput, match="không còn hiệu lực"):
        chosen([row], "a", days[3], field="Lý do")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Giấy phép lái xe hạng A1", "giay_phep_lai_xe"),
        ("THẺ  CĂN CƯỚC số 012", "can_cuoc"),
        ("Thẻ bảo hiểm y tế", "bao_hiem_y_te"),
        ("Học bạ", None),
        ("Bản dịch giấy phép lái xe", None),
    ],
)
def test_vneid_papers_are_known_by_their_beginning(
    title: str, code: str | None
) -> None:
    """NĐ 23/2015 Đ9 k.8-9 (domain §9 rule 8)."""
    tables = read_legal_tables()
    row = tables.on_vneid(title, TODAY)
    assert (row.code if row else None) == code
    assert tables.on_vneid(title, date(2025, 10, 31)) is None


def test_an_edited_copy_in_the_data_folder_counts(tmp_path: Path) -> None:
    edited = text_of_table().replace(
        'text = "Thẻ bảo hiểm y tế"', 'text = "Sổ hộ khẩu"'
    )
    (tmp_path / FILE).write_text(edited, encoding="utf-8")
    tables = read_legal_tables(tmp_path)
    assert tables.on_vneid("Sổ hộ khẩu", TODAY) is not None
    assert tables.on_vneid("Thẻ bảo hiểm y tế", TODAY) is None
    assert read_legal_tables(tmp_path / "none") == read_legal_tables()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from = 2015-04-10", "from = yesterday", "không phải tệp TOML"),
        ("from = 2015-04-10", 'from = "2015"', "refusal_reasons › 0 › from"),
        ('code = "damaged"', 'code = "Damaged!"', "refusal_reasons › 1 › code"),
        ('code = "damaged"', 'code = "broken"', "thiếu hoặc sai mục damaged"),
        ('code = "receipt"', 'code = "slip"', "receipt"),
        ("{number:02d}/{year}/PTC", "{nummer}/PTC", "numbering"),
        ("{number:02d}/{year}/PTC", "", "thiếu hoặc sai mục refusal"),
        ("Tạm giữ giấy tờ", "扣押", "measures › 1 › text"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    wrong = text_of_table()
    assert old in wrong
    (tmp_path / FILE).write_text(wrong.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput, match=words):
        read_legal_tables(tmp_path)
