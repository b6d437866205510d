"""Which arrangements are scans, and what is then said of them."""

from dataclasses import replace

import pytest

from certify.arranged_findings import arranged_findings
from certify.arrangement import (
    Arrangement,
    all_pages,
    arrangement_from_json,
    check_arrangement,
    placed_images,
)
from certify.errors import ArrangementInvalid
from certify.scan import Finding, PlacedPage, Severity, page_digest
from tests.support.builders import digest_of, make_page, make_scan

TWO_FILES = [2, 1]


@pytest.mark.parametrize(
    ("pages", "dpi", "sentence"),
    [
        ([], None, "ít nhất một trang"),
        ([PlacedPage(3, 1)], None, "không có tệp 3"),
        ([PlacedPage(0, 1)], None, "không có tệp 0"),
        ([PlacedPage(1, 3)], None, "tệp 1 không có trang 3"),
        ([PlacedPage(1, 0)], None, "tệp 1 không có trang 0"),
        ([PlacedPage(1, 1, 45)], None, "chỉ xoay được"),
        ([PlacedPage(1, 1), PlacedPage(1, 1, 90)], None, "có 2 lần"),
        ([PlacedPage(1, 1)], 199, "từ 200"),
        ([PlacedPage(1, 1)], 601, "đến 600"),
    ],
)
def test_what_is_no_scan(
    pages: list[PlacedPage], dpi: int | None, sentence: str
) -> None:
    with pytest.raises(ArrangementInvalid, match=sentence):
        check_arrangement(pages, dpi, TWO_FILES)


def test_too_many_pages() -> None:
    with pytest.raises(ArrangementInvalid, match="300"):
        check_arrangement(all_pages([200, 101]), None, [200, 101])
    check_arrangement(all_pages([200, 100]), 200, [200, 100])


def test_stored_and_read_back() -> None:
    arrangement = Arrangement(("a", "b"), (PlacedPage(2, 1, 90), PlacedPage(1, 1)), 250)
    assert arrangement_from_json(arrangement.to_json()) == arrangement


def test_an_upright_page_keeps_the_digest_it_always_had() -> None:
    page = make_page()
    assert "turn" not in page_digest([page])
    # of copies issued before pages could be turned
    assert page_digest([page]) == page_digest([replace(page, turn=0)])
    assert len({page_digest([page.turned(turn)]) for turn in (0, 90, 180, 270)}) == 4


def finding(code: str, page: int | None) -> Finding:
    return Finding(code, Severity.WARN, page, code, code, "")


def test_findings_go_with_their_page_and_name_their_file() -> None:
    other = make_page(stream_sha256=digest_of("other"))
    first = make_scan("o", pages=(make_page(), other), findings=(finding("skew", 2),))
    third = make_page(stream_sha256=digest_of("third"))
    second = make_scan("o", pages=(third,), findings=(finding("file.repaired", None),))
    parts = [first, second]
    images = [scan.pages for scan in parts]

    def said(*placed: PlacedPage) -> list[tuple[str, int | None, int | None]]:
        found = arranged_findings(placed, placed_images(placed, images), parts)
        return [(f.code, f.page, f.part) for f in found]

    assert said(PlacedPage(2, 1), PlacedPage(1, 2)) == [
        ("skew", 2, 1),
        ("file.repaired", None, 2),
    ]
    assert said(PlacedPage(1, 1)) == []
    assert ("orientation.mixed", None, None) in said(
        PlacedPage(1, 1), PlacedPage(1, 2, 90)
    )


def test_what_concerns_pages_together_is_asked_again() -> None:
    blank = make_scan(
        "o", pages=(make_page(),), findings=(finding("page.all_blank", None),)
    )
    good = make_scan("o", pages=(make_page(stream_sha256=digest_of("good")),))
    again = make_scan("o", pages=good.pages)
    parts = [blank, good, again]
    images = [scan.pages for scan in parts]

    def codes(*placed: PlacedPage) -> list[tuple[str, int | None]]:
        found = arranged_findings(placed, placed_images(placed, images), parts)
        return [(f.code, f.page) for f in found]

    assert codes(PlacedPage(1, 1)) == [("page.all_blank", None)]
    assert codes(PlacedPage(2, 1), PlacedPage(1, 1)) == [("page.blank", 2)]
    assert codes(PlacedPage(2, 1), PlacedPage(3, 1)) == [("page.duplicate", 2)]
