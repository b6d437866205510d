"""What is to be said of a scan made of the pages of several files.

What was found on a page goes with it. What concerns the pages together is asked again
of the pages that are left, as they lie now.
"""

from collections.abc import Sequence
from dataclasses import replace

from certify.case import StoredScan
from certify.fingerprint import FINGERPRINTED_PAGES, PageFingerprint
from certify.intake.checks import CHECKS
from certify.intake.checks.blank import ALL_BLANK, BLANK_PAGE
from certify.intake.checks.check import run_checks
from certify.intake.checks.duplicate import DUPLICATE, SAME_SHEET
from certify.intake.checks.orientation import MIXED, SIDEWAYS_PRINT
from certify.intake.checks.page_size import MIXED_SIZES
from certify.intake.facts import (
    Conversion,
    DocumentFacts,
    Kind,
    PageGeometry,
    PageLook,
)
from certify.scan import Finding, PageImage, PlacedPage

_TOGETHER = (
    ALL_BLANK,
    BLANK_PAGE,
    DUPLICATE,
    SAME_SHEET,
    MIXED,
    SIDEWAYS_PRINT,
    MIXED_SIZES,
)
_CODES_TOGETHER = {check.code for check in _TOGETHER}
_MM_PER_MILLI_POINT = 25.4 / 72000
_ORDER = {check.code: number for number, check in enumerate(CHECKS)}


def arranged_findings(
    placed: Sequence[PlacedPage],
    images: Sequence[PageImage],
    parts: Sequence[StoredScan],
) -> tuple[Finding, ...]:
    """Return the findings in the order of `intake.CHECKS`.

    Args:
        placed: the arrangement.
        images: its pages before any reduction, in the same order.
        parts: the files.
    """
    carried = [
        finding
        for number, part in enumerate(parts, 1)
        for finding in _carried(number, part, placed, several=len(parts) > 1)
    ]
    together = run_checks(_TOGETHER, _facts(placed, images, parts))
    return tuple(
        sorted(
            (*carried, *together),
            key=lambda f: (_ORDER.get(f.code, -1), f.page or 0, f.part or 0),
        )
    )


def arranged_fingerprints(
    placed: Sequence[PlacedPage], parts: Sequence[StoredScan]
) -> tuple[PageFingerprint, ...]:
    """Return those of the first pages, or none: a paper is known whole or not.

    A turned page has none; the paper is then known by its page digest alone.
    """
    found = [
        parts[page.part - 1].fingerprints[page.page - 1 : page.page]
        for page in placed[:FINGERPRINTED_PAGES]
        if page.turn == 0
    ]
    whole = [fingerprint for one in found for fingerprint in one]
    expected = min(len(placed), FINGERPRINTED_PAGES)
    return tuple(whole) if len(whole) == expected else ()


def _carried(
    number: int, part: StoredScan, placed: Sequence[PlacedPage], *, several: bool
) -> list[Finding]:
    """Findings of one file that still have something to be about."""
    now = {p.page: at for at, p in enumerate(placed, 1) if p.part == number}
    return [
        replace(
            finding,
            page=None if finding.page is None else now[finding.page],
            part=number if several else None,
        )
        for finding in part.findings
        if finding.code not in _CODES_TOGETHER
        and (now if finding.page is None else finding.page in now)
    ]


def _facts(
    placed: Sequence[PlacedPage],
    images: Sequence[PageImage],
    parts: Sequence[StoredScan],
) -> DocumentFacts:
    looks = []
    first: dict[str, int] = {}
    for at, (page, image) in enumerate(zip(placed, images, strict=True), 1):
        same = first.setdefault(image.stream_sha256, at)
        looks.append(
            PageLook(
                number=at,
                channels=3 if image.colour_space == "DeviceRGB" else 1,
                bits=image.bits,
                ink=0.0 if _was_blank(page, parts) else 1.0,
                skew_degrees=0.0,
                conversion=Conversion.NONE,
                same_as=None if same == at else same,
                same_sheet_as=_same_sheet(page, placed, parts),
                across=-1.0 if _lies_sideways(page, parts) else 1.0,
            )
        )
    geometries = tuple(_geometry(at, image) for at, image in enumerate(images, 1))
    return DocumentFacts(
        kind=Kind.PDF,
        size_bytes=0,
        page_count=len(images),
        pages=geometries,
        looks=tuple(looks),
    )


def _same_sheet(
    page: PlacedPage, placed: Sequence[PlacedPage], parts: Sequence[StoredScan]
) -> int | None:
    """Where the other scan of this sheet lies now, if it is still there."""
    others = [
        finding.other_page
        for finding in parts[page.part - 1].findings
        if finding.code == SAME_SHEET.code and finding.page == page.page
    ]
    return next(
        (
            at
            for at, one in enumerate(placed, 1)
            if one.part == page.part and one.page in others
        ),
        None,
    )


def _lies_sideways(placed: PlacedPage, parts: Sequence[StoredScan]) -> bool:
    """Its print did, and the officer has not turned it upright."""
    return placed.turn % 180 == 0 and any(
        finding.code == SIDEWAYS_PRINT.code and finding.page == placed.page
        for finding in parts[placed.part - 1].findings
    )


def _was_blank(placed: PlacedPage, parts: Sequence[StoredScan]) -> bool:
    return any(
        finding.code == ALL_BLANK.code
        or (finding.code == BLANK_PAGE.code and finding.page == placed.page)
        for finding in parts[placed.part - 1].findings
    )


def _geometry(number: int, image: PageImage) -> PageGeometry:
    width, height = (
        side * _MM_PER_MILLI_POINT
        for side in (image.width_milli_pt, image.height_milli_pt)
    )
    return PageGeometry(
        number, image.width_px, image.height_px, (width, height), image.dpi
    )
