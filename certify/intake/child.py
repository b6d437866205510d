"""The tasks that run inside the isolated child. Paths in, JSON out.

Nothing here may be called from the service's own process: it opens uploads.
"""

import errno
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from certify.fingerprint import FINGERPRINTED_PAGES, PageFingerprint
from certify.intake.checks import CHECKS
from certify.intake.checks.blank import is_blank
from certify.intake.checks.check import run_checks
from certify.intake.colour import UnreadableImage
from certify.intake.encode import encode
from certify.intake.facts import (
    DocumentFacts,
    Kind,
    PageGeometry,
    PageLook,
    Problem,
)
from certify.intake.fingerprint import fingerprint
from certify.intake.geometry import milli_points
from certify.intake.image_source import UNREADABLE as IMAGE_UNREADABLE
from certify.intake.image_source import ImageSource
from certify.intake.jpeg2000_source import Jpeg2000Source
from certify.intake.look import SmallCopy, look_at
from certify.intake.page_images import read_page_images
from certify.intake.pdf_image import render
from certify.intake.pdf_source import UNREADABLE as PDF_UNREADABLE
from certify.intake.pdf_source import PdfSource
from certify.intake.picture import Picture
from certify.intake.printed_codes import read_codes
from certify.intake.progress import PageTime
from certify.intake.recognise import name_not_taken, recognise
from certify.intake.sheets import SeenSheets
from certify.intake.tasks import CANONICAL
from certify.intake.writer import CanonicalWriter
from certify.scan import findings_to_json, fingerprints_to_json, pages_to_json

Source = ImageSource | Jpeg2000Source | PdfSource
_UNREADABLE = (*IMAGE_UNREADABLE, *PDF_UNREADABLE)


def read_scan(
    upload: str, stated_page_mm: list[float] | None, workdir: str
) -> dict[str, Any]:
    """Read an upload; write the canonical scan into `workdir` if one can be made.

    Returns:
        {"findings": […], "made": whether `CANONICAL` was written,
        "fingerprints": of the first pages}.
    """
    path = Path(upload)
    target = Path(workdir) / CANONICAL
    kind = recognise(path)
    stated = (stated_page_mm[0], stated_page_mm[1]) if stated_page_mm else None
    if kind is Kind.UNKNOWN:
        foreign = name_not_taken(path)
        facts = DocumentFacts(kind, path.stat().st_size, foreign=foreign)
    else:
        with _open(path, kind, stated, Path(workdir)) as source:
            facts = _build(source, target)
    findings = run_checks(CHECKS, facts)
    return {
        "findings": findings_to_json(findings),
        "made": bool(facts.looks),
        "fingerprints": fingerprints_to_json(_fingerprints(facts)),
    }


def read_pages(path: str) -> list[dict[str, Any]]:
    """Page images of a canonical scan, as it lies on disk.

    Raises:
        NotCanonical: it is something else.
    """
    with pikepdf.open(path) as pdf:
        return pages_to_json(read_page_images(pdf))


def render_preview(path: str, page: int, target: str, width_px: int) -> None:
    """Render one page (1-based) of a canonical scan as PNG, `width_px` wide."""
    document = pdfium.PdfDocument(path)
    try:
        found = document[page - 1]
        width, height = found.get_size()
        pixels = render(found, width_px, max(1, round(width_px * height / width)))
    finally:
        document.close()
    Image.fromarray(pixels).save(target, format="PNG", compress_level=3)


def _fingerprints(facts: DocumentFacts) -> list[PageFingerprint]:
    """Return those of the first pages, or none: a paper is known whole or not."""
    found = [look.fingerprint for look in facts.looks[:FINGERPRINTED_PAGES]]
    whole = [fingerprint for fingerprint in found if fingerprint is not None]
    return whole if len(whole) == len(found) else []


def _open(
    path: Path, kind: Kind, stated: tuple[float, float] | None, workdir: Path
) -> Source:
    if kind is Kind.PDF:
        return PdfSource(path, workdir)
    if kind is Kind.JPEG2000:
        return Jpeg2000Source(path, stated)
    return ImageSource(path, kind, stated)


def _look(page: PageGeometry, picture: Picture) -> tuple[PageLook, SmallCopy]:
    """Look at a page once decoded: measures, fingerprint, codes printed on it."""
    look, small = look_at(page, picture)
    if page.size_mm is not None and page.number <= FINGERPRINTED_PAGES:
        look = replace(look, fingerprint=fingerprint(small.gray, page.size_mm))
    return replace(look, codes=read_codes(small.gray)), small


class _SeenPages:
    """Earlier pages of the file: the same image and the same sheet are known again."""

    def __init__(self) -> None:
        self._images: dict[bytes, int] = {}
        self._sheets = SeenSheets()

    def compared(self, look: PageLook, small: SmallCopy, image: bytes) -> PageLook:
        """Return the look with the earlier pages that this one repeats."""
        first = self._images.setdefault(hashlib.sha256(image).digest(), look.number)
        return replace(
            look,
            same_as=None if first == look.number else first,
            same_sheet_as=None
            if is_blank(look)
            else self._sheets.find(look.number, small),
        )


def _write_pages(source: Source, file: BinaryIO) -> tuple[PageLook, ...]:
    """Write every page of the canonical file; return how the pages look."""
    looks: list[PageLook] = []
    seen, time, writer = _SeenPages(), PageTime(), CanonicalWriter(file)
    for page, picture in zip(source.facts.pages, source.pictures(), strict=True):
        if page.size_mm is None:
            raise RuntimeError("a buildable page without size")
        if picture.size != (page.width_px, page.height_px):
            raise ValueError("pixels are not as many as announced")
        image = encode(picture)
        look, small = _look(page, picture)
        looks.append(seen.compared(look, small, image.data))
        writer.add_page(image, milli_points(page.size_mm))
        time.page_done()
    writer.finish()
    return tuple(looks)


def _build(source: Source, target: Path) -> DocumentFacts:
    """Write the canonical file if the facts allow; return them with the looks."""
    facts = source.facts
    if not facts.buildable:
        return facts
    try:
        with target.open("wb") as file:
            return replace(facts, looks=_write_pages(source, file))
    except UnreadableImage:
        target.unlink(missing_ok=True)
        return replace(facts, problem=Problem.UNSUPPORTED)
    except _UNREADABLE as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return replace(facts, problem=Problem.TOO_BIG_DECODED)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise  # our disk, not their file
        return replace(facts, problem=Problem.UNREADABLE)
