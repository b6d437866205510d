"""`--pages 2,1,4-6@90`: which pages, in which order, and how they lie."""

import re
from collections.abc import Iterator, Sequence

from certify.errors import ArrangementInvalid
from certify.scan import PlacedPage

_ITEM = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?(?:@(\d{1,3}))?")


def page_order(text: str, pages: Sequence[PlacedPage]) -> Sequence[PlacedPage]:
    """Choose among the pages of all files, counted through from 1.

    Args:
        text: pages and ranges with commas; `@90` turns by degrees clockwise. A page
            not named is dropped.
        pages: every page, as the files came.

    Raises:
        ArrangementInvalid: not such a list, or no such page.
    """
    return [chosen for item in text.split(",") for chosen in _item(item, pages)]


def _item(item: str, pages: Sequence[PlacedPage]) -> Iterator[PlacedPage]:
    found = _ITEM.fullmatch(item.strip())
    if found is None:
        raise ArrangementInvalid(reason="--pages phải có dạng 2,1,4-6@90")
    first = int(found[1])
    last = int(found[2] or first)
    for number in range(first, last + 1):
        if not 1 <= number <= len(pages):
            raise ArrangementInvalid(
                reason=f"không có trang {number}; các tệp có {len(pages)} trang"
            )
        page = pages[number - 1]
        yield PlacedPage(page.part, page.page, int(found[3] or 0))
