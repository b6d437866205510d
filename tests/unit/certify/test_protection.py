"""Until when an edition is protected: certificates, and the table of algorithms."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from certify.errors import InvalidInput
from certify.protection import (
    Protection,
    Sunset,
    Sunsets,
    load_sunsets,
    months_after,
)

END = datetime(2038, 11, 20, tzinfo=UTC)


def test_without_a_row_only_the_certificates_end_it() -> None:
    protection = Protection(END, ("rsa-3072", "sha256"))
    assert Sunsets().end_of_protection(protection) == END
    far = Sunset("rsa", date(2050, 1, 1), "", below_bits=4000)
    assert Sunsets([far]).end_of_protection(protection) == END


@pytest.mark.parametrize(
    ("name", "concerned"),
    [
        ("rsa-2048", True),
        ("rsa-2999", True),
        ("rsa-3000", False),
        ("rsa-4096", False),
        ("ec-256", False),
        ("sha256", False),
    ],
)
def test_a_family_ends_below_a_size(name: str, *, concerned: bool) -> None:
    sunset = Sunset("rsa", date(2030, 12, 31), "", below_bits=3000)
    assert sunset.concerns(name) is concerned


def test_the_first_algorithm_to_end_counts_through_its_last_vietnamese_day() -> None:
    table = Sunsets(
        [Sunset("sha1", date(2013, 12, 31), ""), Sunset("md5", date(2004, 12, 31), "")]
    )
    end = table.end_of(["sha1", "sha256"])
    assert end + timedelta(microseconds=1) == datetime(2013, 12, 31, 17, tzinfo=UTC)
    assert table.end_of(["sha1", "md5"]) < end


def test_the_table_that_comes_along_says_where_each_row_is_from() -> None:
    table = load_sunsets()
    assert table.end_of(["rsa-2048"]) < table.end_of(["rsa-3072"])
    assert table.end_of(["sha256", "rsa-3072", "ec-256"]).year == 9999
    assert all(row.source for row in table._rows)


def test_the_operators_table_replaces_it(tmp_path: Path) -> None:
    file = tmp_path / "sunsets.json"
    row = {"algorithm": "sha256", "last_day": "2040-06-30", "source": "quyết định"}
    file.write_text(json.dumps({"sunsets": [row]}))
    assert load_sunsets(file).end_of(["sha256"]).year == 2040


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"sunsets": [{"algorithm": "sha1"}]}',
        '{"sunsets": [{"algorithm": "sha1", "last_day": "mai", "source": ""}]}',
        '{"sunsets": [{"algorithm": "rsa", "below_bits": "x"}]}',
    ],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sunsets.json"
    file.write_text(text)
    with pytest.raises(InvalidInput):
        load_sunsets(file)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ((2026, 11, 23), 12, (2027, 11, 23)),
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2027, 8, 31), 6, (2028, 2, 29)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar(
    start: tuple[int, int, int], months: int, expected: tuple[int, int, int]
) -> None:
    assert months_after(datetime(*start, tzinfo=UTC), months) == datetime(
        *expected, tzinfo=UTC
    )
