"""Pages of a PDF: each one image, or rendered."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pikepdf
import pypdfium2 as pdfium

from certify.intake import limits, pdf_image
from certify.intake.facts import (
    Conversion,
    DocumentFacts,
    Kind,
    PageGeometry,
    Problem,
)
from certify.intake.geometry import (
    MM_PER_INCH,
    POINTS_PER_INCH,
    UNIT,
    Box,
    Turn,
    page_rotation,
)
from certify.intake.jpeg_segments import NotPassable
from certify.intake.pdf_content import DrawnImage, PageContent, read_content
from certify.intake.pdf_survey import survey
from certify.intake.picture import Picture, simplest

EDGE_SLACK = 0.01  # of the page's side: how exactly an image covers its page
OF_NOTE = 0.10  # share of the page from which an image's resolution counts

# qpdf, pikepdf and PDFium raise these for bytes they cannot make sense of; a faked
# hybrid file gave a bare KeyError: catch wide at the border.
UNREADABLE = (
    pikepdf.PikepdfError,  # not all of its errors are a PdfError
    pdfium.PdfiumError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    RecursionError,
    NotImplementedError,
    NotPassable,
)


@dataclass(frozen=True)
class _Plan:
    """How one page becomes pixels: as this image, or rendered when there is none."""

    geometry: PageGeometry
    image: DrawnImage | None
    turn: Turn
    conversion: Conversion


class PdfSource:
    """A PDF, open. `facts` first; then `pictures`, when worth it."""

    def __init__(self, path: Path, workdir: Path) -> None:
        self._path = path
        self._workdir = workdir
        self._pdf: pikepdf.Pdf | None = None
        self._plans: list[_Plan] = []
        self.facts = self._examine()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._pdf is not None:
            self._pdf.close()

    def pictures(self) -> Iterator[Picture]:
        """Decode or render page after page.

        Raises:
            One of UNREADABLE.
        """
        rendered = pdfium.PdfDocument(self._path)
        try:
            for index, plan in enumerate(self._plans):
                if plan.image is not None:
                    yield pdf_image.take_image(plan.image.image, plan.turn)
                else:
                    width, height = plan.geometry.width_px, plan.geometry.height_px
                    pixels = pdf_image.render(rendered[index], width, height)
                    yield Picture(simplest(pixels), plan.conversion)
        finally:
            rendered.close()

    def _examine(self) -> DocumentFacts:
        size = self._path.stat().st_size
        try:
            self._pdf = pikepdf.open(self._path, suppress_warnings=True)
            if self._pdf.is_encrypted:
                return DocumentFacts(Kind.PDF, size, Problem.ENCRYPTED)
            return self._read(self._pdf, size)
        except pikepdf.PasswordError:
            return DocumentFacts(Kind.PDF, size, Problem.ENCRYPTED)
        except UNREADABLE:
            return DocumentFacts(Kind.PDF, size, Problem.UNREADABLE)

    def _read(self, pdf: pikepdf.Pdf, size: int) -> DocumentFacts:
        found = survey(pdf)
        count = len(pdf.pages)
        if count <= limits.PAGES:
            self._plans = [_plan(n, page) for n, page in enumerate(pdf.pages, 1)]
        repaired = bool(pdf.get_warnings())
        if repaired:
            # Both readers must see the same file: PDFium gets qpdf's reading of it.
            self._path = self._workdir / "repaired.pdf"
            pdf.save(self._path)
        return DocumentFacts(
            kind=Kind.PDF,
            size_bytes=size,
            repaired=repaired,
            form=found.form,
            actions=found.actions,
            attachments=found.attachments,
            signed=found.signed,
            layers=found.layers,
            links=found.links,
            annotations=found.annotations,
            page_count=count,
            pages=tuple(plan.geometry for plan in self._plans),
        )


def _plan(number: int, page: pikepdf.Page) -> _Plan:
    unit = float(page.obj.get("/UserUnit", 1.0))
    box = _page_box(page)
    rotation = page_rotation(int(page.obj.get("/Rotate", 0)))
    content = read_content(page)
    if (reason := _not_one_image(content, box)) == "":
        drawn = content.images[0]
        if (turn := drawn.matrix.then(rotation).turn()) is not None:
            return _image_plan(number, content, turn, unit)
        reason = "slanted image"
    upright = Box(0, 0, box.width, box.height)
    if rotation.a == 0:
        upright = Box(0, 0, box.height, box.width)
    inches = (
        upright.width * unit / POINTS_PER_INCH,
        upright.height * unit / POINTS_PER_INCH,
    )
    pixels = [max(1, round(side * limits.RENDER_DPI)) for side in inches]
    if (giant := _giant(content)) is not None:
        pixels = list(giant)  # so that the limits refuse it before PDFium meets it
    geometry = PageGeometry(
        number=number,
        width_px=pixels[0],
        height_px=pixels[1],
        size_mm=(inches[0] * MM_PER_INCH, inches[1] * MM_PER_INCH),
        source_dpi=_least_dpi(content, box, unit),
        rendered=reason,
        hidden_text=content.hidden_text,
        turned=rotation.a != 1,
    )
    return _Plan(geometry, None, Turn.NONE, _least_faithful(content))


def _image_plan(number: int, content: PageContent, turn: Turn, unit: float) -> _Plan:
    """The page is its image, at the size it is drawn."""
    drawn = content.images[0]
    pixels = (int(drawn.image.Width), int(drawn.image.Height))
    if (coded := pdf_image.jpeg2000_of(drawn.image)) is not None:
        pixels = (coded.width, coded.height)  # what its decoder goes by
    inches = [side * unit / POINTS_PER_INCH for side in drawn.matrix.sides]
    dpi = [count / length for count, length in zip(pixels, inches, strict=True)]
    if turn.swaps_sides:
        pixels, inches, dpi = pixels[::-1], inches[::-1], dpi[::-1]
    geometry = PageGeometry(
        number=number,
        width_px=pixels[0],
        height_px=pixels[1],
        size_mm=(inches[0] * MM_PER_INCH, inches[1] * MM_PER_INCH),
        source_dpi=(dpi[0], dpi[1]),
        hidden_text=content.hidden_text,
        turned=turn is not Turn.NONE,
        deep=coded is not None,
    )
    return _Plan(geometry, drawn, turn, Conversion.NONE)


def _page_box(page: pikepdf.Page) -> Box:
    """Return CropBox within MediaBox, ISO 32000-2 §14.11.2; corners in any order."""
    crop, media = (
        Box(min(a, c), min(b, d), max(a, c), max(b, d))
        for a, b, c, d in (
            [float(edge) for edge in page.cropbox.as_list()],
            [float(edge) for edge in page.mediabox.as_list()],
        )
    )
    box = crop.meet(media)
    if box.width <= 0 or box.height <= 0:
        raise ValueError("empty page box")
    return box


def _not_one_image(content: PageContent, box: Box) -> str:
    """Return why the page is not exactly one image over all of it, or ""."""
    if content.odd:
        return content.odd
    if len(content.images) != 1:
        return "several images" if content.images else "no image"
    covered = content.images[0].matrix.bounds(UNIT)
    slack = max(box.width, box.height) * EDGE_SLACK
    if covered.within(box, slack) and box.within(covered, slack):
        return ""
    return "image does not fit the page"


def _least_dpi(
    content: PageContent, box: Box, unit: float
) -> tuple[float, float] | None:
    """Resolution of the coarsest image that covers a good part of the page."""
    found = []
    for drawn in content.images:
        covered = drawn.matrix.bounds(UNIT).meet(box)
        if min(covered.width, covered.height) <= 0:
            continue
        if covered.width * covered.height < OF_NOTE * box.width * box.height:
            continue
        u, v = (side * unit / POINTS_PER_INCH for side in drawn.matrix.sides)
        if u > 0 and v > 0:
            found.append((int(drawn.image.Width) / u, int(drawn.image.Height) / v))
    return min(found, key=min, default=None)


def _giant(content: PageContent) -> tuple[int, int] | None:
    """Size of an image on the page that is over the limits by itself."""
    for drawn in content.images:
        width, height = int(drawn.image.Width), int(drawn.image.Height)
        if limits.too_many_pixels(width, height):
            return width, height
    return None


def _least_faithful(content: PageContent) -> Conversion:
    kinds = {pdf_image.conversion_of(drawn.image) for drawn in content.images}
    for kind in (Conversion.CMYK, Conversion.PROFILE):
        if kind in kinds:
            return kind
    return Conversion.NONE
