"""One sheet on two scanners is known again; another on the same form is not."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageChops

from api.samples import birth_certificate, decision
from api.samples.fiction import Fiction
from api.samples.scanner import Look, scan
from certify.fingerprint import CELLS, SPREAD_SLACK, PageFingerprint, Paper, pack
from certify.intake.facts import PageGeometry
from certify.intake.fingerprint import fingerprint
from certify.intake.look import look_at
from certify.intake.picture import Picture

A4 = (210.0, 297.0)
PAPERS = 5
STRAIGHT = Look(tone=(250, 247, 236))
AGAIN = Look(tone=(228, 226, 214), skew_degrees=0.9, grain=2.6)


def birth(seed: int) -> Image.Image:
    fiction = Fiction(np.random.default_rng(seed))
    child = fiction.person((2025, 2025), female=False)
    mother = fiction.person((1993, 1999), female=True)
    return birth_certificate.sheet(fiction, child, mother).image


def scanned(sheet: Image.Image, look: Look, shift: tuple[int, int] = (0, 0)) -> Picture:
    moved = ImageChops.offset(sheet, *shift)
    return Picture(np.asarray(scan(moved, look, np.random.default_rng(abs(shift[0])))))


def small(picture: Picture) -> npt.NDArray[np.uint8]:
    width, height = picture.size
    return look_at(PageGeometry(1, width, height, A4, None), picture)[1].gray


def taken(picture: Picture) -> PageFingerprint:
    found = fingerprint(small(picture), A4)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def filled_in() -> list[tuple[PageFingerprint, PageFingerprint]]:
    """Birth certificates on one form: each scanned, and scanned again."""
    sheets = [birth(seed) for seed in range(PAPERS)]
    return [
        (taken(scanned(s, STRAIGHT)), taken(scanned(s, AGAIN, (30, -25))))
        for s in sheets
    ]


def test_a_sheet_scanned_again_is_known(
    filled_in: list[tuple[PageFingerprint, PageFingerprint]],
) -> None:
    for first, again in filled_in:
        assert Paper([first.layout]).same_as([again.layout])
        apart = [abs(a - b) for a, b in zip(first.spread, again.spread, strict=True)]
        assert max(apart) <= SPREAD_SLACK


def test_another_paper_on_the_same_form_is_not(
    filled_in: list[tuple[PageFingerprint, PageFingerprint]],
) -> None:
    for i, (first, _) in enumerate(filled_in):
        for k, (other, again) in enumerate(filled_in):
            if i != k:
                assert not Paper([first.layout]).same_as([other.layout]), (i, k)
                assert not Paper([first.layout]).same_as([again.layout]), (i, k)


def test_every_page_must_fit() -> None:
    def pages(seed: int) -> list[bytes]:
        fiction = Fiction(np.random.default_rng(seed))
        employee = fiction.person((1988, 1996), female=False)
        sheets = decision.sheets(fiction, employee)
        return [taken(scanned(sheet.image, STRAIGHT)).layout for sheet in sheets]

    one, other = pages(1), pages(2)
    assert Paper(one).same_as(one)
    assert not Paper(one).same_as([one[0], other[1]])
    assert not Paper(one).same_as([other[0], one[1]])
    assert not Paper(one).same_as(one[:1])


def test_too_little_print_tells_nothing() -> None:
    page = np.full((3508, 2480), 245, np.uint8)
    assert fingerprint(small(Picture(page)), A4) is None
    page[1000:1040, 500:900] = 20
    few = taken(Picture(page))
    assert not Paper([few.layout]).same_as([few.layout])


@pytest.mark.parametrize(
    "row",
    [
        {"spread": [1, -1], "layout": ""},
        {"spread": [1, True], "layout": ""},
        {"spread": [1, 1], "layout": "!"},
        {"spread": [1, 1], "layout": "AAAA"},
    ],
)
def test_what_is_no_fingerprint_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        PageFingerprint.from_json(row)


def test_a_layout_that_inflates_without_end_is_refused() -> None:
    wide = np.zeros((4 * CELLS, CELLS), np.bool_)
    row = PageFingerprint((1, 1), pack(wide, wide)).to_json()
    with pytest.raises(ValueError, match="not a layout"):
        PageFingerprint.from_json(row)


def test_a_fingerprint_is_read_back() -> None:
    found = taken(scanned(birth(3), STRAIGHT))
    assert PageFingerprint.from_json(found.to_json()) == found
