"""The law's numbers and words: fee, deadline, wording, number, identifiers."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.canonical_json import canonical_json, sha256_hex
from certify.clock import VIETNAM, paper_time, vietnamese_day
from certify.deadline import OfficeHours, due_at, is_working_day
from certify.fees import tariff_in_force
from certify.identifiers import (
    ALPHABET,
    new_verification_code,
    parse_verification_code,
    show_verification_code,
    verification_address,
)
from certify.people import MandateKind
from certify.printable import PRINTABLE, clean, unprintable
from certify.wording import wording_by_version, wording_in_force
from tests.support.builders import make_mandate, make_number, make_signatory


@pytest.mark.parametrize(
    ("pages", "dong"),
    [
        (1, 2_000),
        (2, 4_000),
        (3, 5_000),
        (197, 199_000),
        (198, 200_000),
        (199, 200_000),
    ],
)
def test_fee_by_pages_of_the_original(pages: int, dong: int) -> None:
    """TT 226/2016/TT-BTC Đ4."""
    assert tariff_in_force(date(2026, 11, 22)).fee(pages) == dong
    assert tariff_in_force(date(2026, 11, 22)).fee(pages, copies=3) == 3 * dong


def test_no_tariff_before_the_first_is_said() -> None:
    with pytest.raises(LookupError):
        tariff_in_force(date(2016, 12, 31))


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (local(23, 8), local(23, 17)),  # Monday morning
        (local(23, 15), local(23, 17)),  # 15:00 sharp still counts
        (local(18, 15, 1), local(19, 17)),
        (local(23, 15, 1), local(25, 17)),  # 24 November: Ngày Văn hóa Việt Nam
        (local(27, 16), local(30, 17)),  # Friday afternoon
        (local(28, 9), local(30, 17)),  # Saturday
        (local(1, 16, month=9), local(3, 17, month=9)),  # 2 September
    ],
)
def test_due_the_same_day_until_three_and_the_next_working_day_after(
    received: datetime, due: datetime
) -> None:
    """NĐ 23/2015 Đ7."""
    assert due_at(received.astimezone(UTC)) == due


def test_office_hours_are_settings() -> None:
    hours = OfficeHours(same_day_until=time(16), closes_at=time(18))
    assert due_at(local(23, 15, 30), hours) == local(23, 18)


def test_public_holidays_are_not_working_days() -> None:
    assert not is_working_day(date(2026, 4, 30))
    assert not is_working_day(date(2026, 2, 17))  # Tết Bính Ngọ
    assert is_working_day(date(2026, 11, 23))


def test_the_vietnamese_day_starts_at_17_utc() -> None:
    assert vietnamese_day(datetime(2026, 12, 31, 16, 59, tzinfo=UTC)).year == 2026
    assert vietnamese_day(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)).year == 2027
    assert (
        paper_time(datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC))
        == "2026-11-22T09:15:30+07:00"
    )


def test_number_as_printed() -> None:
    number = make_number(number=7, volume=2)
    assert number.show() == "07, quyển 02/2026-SCTĐT/BS"
    assert number.show("{number}/ĐT") == "7/ĐT"
    assert number.book == "02/2026-SCTĐT/BS"


def test_wording_is_bound_to_the_day() -> None:
    wording = wording_in_force(date(2026, 11, 22))
    assert wording is wording_by_version(wording.version)
    assert wording.lines[0] == "Chứng thực bản sao đúng với bản chính"
    with pytest.raises(LookupError):
        wording_in_force(date(2025, 10, 31))
    with pytest.raises(LookupError):
        wording_by_version("khác")


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (MandateKind.CHAIRMAN, ("CHỦ TỊCH",)),
        (MandateKind.DEPUTY, ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        (MandateKind.DELEGATE, ("TUQ. CHỦ TỊCH", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH")),
    ],
)
def test_title_lines(kind: MandateKind, lines: tuple[str, ...]) -> None:
    signatory = make_signatory(
        position="Công chức tư pháp - hộ tịch", mandate=make_mandate(kind=kind)
    )
    assert signatory.title_lines == lines


def test_codes_read_as_people_type_them() -> None:
    code = new_verification_code()
    assert len(code) == 16
    assert set(code) <= set(ALPHABET)
    assert parse_verification_code(show_verification_code(code).lower()) == code
    assert parse_verification_code("oil0-1234-5678-9abc") == "0110123456789ABC"
    for wrong in ("", "123", code + "0", "u" * 16, "../../etc/passwd", "０" * 16):
        assert parse_verification_code(wrong) is None
    assert verification_address("https://a.vn/", "X") == "https://a.vn/v/X"


def test_text_a_copy_cannot_carry_is_named() -> None:
    assert unprintable(clean("Nguyễn  Thị\tHạnh – Đắk Lắk ₫")) == ""
    assert unprintable(clean("Ho\u0302\u0300 So\u031b")) == ""  # decomposed input
    assert unprintable("中 Nguyễn 😀") == "中😀"
    assert "\u202e" not in PRINTABLE
    assert "\u00ad" not in PRINTABLE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_one_fact_has_one_digest(value: object) -> None:
    import json  # noqa: PLC0415 - only to read it back

    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    assert len(sha256_hex(text)) == 64


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": {2, 3}}, [b"x"]])
def test_ambiguous_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
