"""The one page of a JPEG 2000 file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pikepdf

from certify.intake import colour, jpeg2000, pdf_image
from certify.intake.facts import DocumentFacts, Kind, PageGeometry, Problem
from certify.intake.geometry import Turn, image_geometry
from certify.intake.picture import Picture


class Jpeg2000Source:
    """A JPEG 2000 file, read whole. `facts` first; then `pictures`, when worth it."""

    def __init__(self, path: Path, stated_mm: tuple[float, float] | None) -> None:
        self._data = path.read_bytes()
        self._found = jpeg2000.Jpeg2000()
        pages: tuple[PageGeometry, ...] = ()
        problem = Problem.NONE
        try:
            found = self._found = jpeg2000.parse(self._data)
            jpeg2000.demand_certain(found)
            size = found.width, found.height
            pages = (image_geometry(1, size, found.dpi, stated_mm, deep=True),)
        except colour.UnreadableImage:
            problem = Problem.UNSUPPORTED
        except ValueError:
            problem = Problem.UNREADABLE
        self.facts = DocumentFacts(
            kind=Kind.JPEG2000,
            size_bytes=len(self._data),
            problem=problem,
            page_count=len(pages),
            pages=pages,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing stays open."""

    def pictures(self) -> Iterator[Picture]:
        """Decode the page.

        Raises:
            OSError, ValueError, pikepdf.PdfError, pdfium.PdfiumError: damaged.
        """
        with pikepdf.new() as pdf:
            image = pikepdf.Stream(
                pdf,
                self._data,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=self._found.width,
                Height=self._found.height,
                Filter=pikepdf.Name.JPXDecode,
                SMaskInData=int(self._found.opacity),
            )
            yield pdf_image.take_image(image, Turn.NONE)
