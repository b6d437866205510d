"""Which pages a typed list, or a form without scripts, asks for."""

import pytest
from starlette.datastructures import FormData

from api.cli.page_order import page_order
from api.pages.arranging import pages_of_form
from api.pages.desk_form import DeskForm
from certify.arrangement import all_pages
from certify.errors import ArrangementInvalid
from certify.scan import PlacedPage

FILES = all_pages([2, 2])


def test_pages_are_counted_through_all_files() -> None:
    assert page_order("3, 1-2@90", FILES) == [
        PlacedPage(2, 1),
        PlacedPage(1, 1, 90),
        PlacedPage(1, 2, 90),
    ]


@pytest.mark.parametrize("text", ["", "a", "1,,2", "1@", "-1", "2.1"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ArrangementInvalid, match="--pages"):
        page_order(text, FILES)


@pytest.mark.parametrize("text", ["5", "0", "1-9"])
def test_a_page_that_is_not_there(text: str) -> None:
    with pytest.raises(ArrangementInvalid, match="có 4 trang"):
        page_order(text, FILES)


def chosen(**changes: str) -> list[PlacedPage]:
    """The form as it was shown, with some fields changed."""
    fields = {f"place.{p.part}.{p.page}": str(at) for at, p in enumerate(FILES, 1)}
    fields |= {name.replace("_", "."): text for name, text in changes.items()}
    return pages_of_form(DeskForm(FormData(fields)), FILES)


def places(pages: list[PlacedPage]) -> list[int]:
    return [FILES.index(PlacedPage(p.part, p.page)) + 1 for p in pages]


def test_a_number_typed_moves_a_page_to_that_place() -> None:
    assert places(chosen()) == [1, 2, 3, 4]
    assert places(chosen(place_2_2="1")) == [4, 1, 2, 3]
    assert places(chosen(place_1_1="3")) == [2, 3, 1, 4]


def test_turned_dropped_and_nonsense() -> None:
    pages = chosen(turn_1_2="270", drop_2_1="1")
    assert pages == [PlacedPage(1, 1), PlacedPage(1, 2, 270), PlacedPage(2, 2)]
    assert PlacedPage(0, 0) in chosen(place_x="y")
