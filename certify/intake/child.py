"""The tasks that run inside the isolated child. Paths in, JSON out.

Nothing here may be called from the service's own process: it opens uploads.
"""

import errno
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from certify.intake.checks import CHECKS
from certify.intake.checks.blank import is_blank
from certify.intake.checks.check import run_checks
from certify.intake.encode import encode
from certify.intake.facts import DocumentFacts, Kind, PageLook, Problem
from certify.intake.geometry import milli_points
from certify.intake.image_source import UNREADABLE as IMAGE_UNREADABLE
from certify.intake.image_source import ImageSource
from certify.intake.look import look_at
from certify.intake.page_images import read_page_images
from certify.intake.pdf_image import render
from certify.intake.pdf_source import UNREADABLE as PDF_UNREADABLE
from certify.intake.pdf_source import PdfSource
from certify.intake.recognise import recognise
from certify.intake.sheets import SeenSheets
from certify.intake.tasks import CANONICAL
from certify.intake.writer import CanonicalWriter
from certify.scan import findings_to_json, pages_to_json

_OURS = (errno.EFBIG, errno.ENOSPC)  # about what we write, not what we read
_UNREADABLE = (*IMAGE_UNREADABLE, *PDF_UNREADABLE)


def read_scan(
    upload: str, stated_page_mm: list[float] | None, workdir: str
) -> dict[str, Any]:
    """Read an upload; write the canonical scan into `workdir` if one can be made.

    Returns:
        {"findings": […], "made": whether `CANONICAL` was written}.
    """
    path = Path(upload)
    target = Path(workdir) / CANONICAL
    kind = recognise(path)
    stated = (stated_page_mm[0], stated_page_mm[1]) if stated_page_mm else None
    if kind is Kind.UNKNOWN:
        facts = DocumentFacts(kind, path.stat().st_size)
    else:
        with _open(path, kind, stated, Path(workdir)) as source:
            facts = _build(source, target)
    findings = run_checks(CHECKS, facts)
    return {"findings": findings_to_json(findings), "made": bool(facts.looks)}


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


def _open(
    path: Path, kind: Kind, stated: tuple[float, float] | None, workdir: Path
) -> ImageSource | PdfSource:
    if kind is Kind.PDF:
        return PdfSource(path, workdir)
    return ImageSource(path, kind, stated)


def _build(source: ImageSource | PdfSource, target: Path) -> DocumentFacts:
    """Write the canonical file if the facts allow; return them with the looks."""
    facts = source.facts
    if not facts.buildable:
        return facts
    looks: list[PageLook] = []
    seen: dict[bytes, int] = {}
    sheets = SeenSheets()
    try:
        with target.open("wb") as file:
            writer = CanonicalWriter(file)
            for page, picture in zip(facts.pages, source.pictures(), strict=True):
                if page.size_mm is None:
                    raise RuntimeError("a buildable page without size")
                if picture.size != (page.width_px, page.height_px):
                    raise ValueError("pixels are not as many as announced")
                image = encode(picture)
                digest = hashlib.sha256(image.data).digest()
                first = seen.setdefault(digest, page.number)
                same_as = None if first == page.number else first
                look, small = look_at(page, picture)
                sheet = None if is_blank(look) else sheets.find(page.number, small)
                looks.append(replace(look, same_as=same_as, same_sheet_as=sheet))
                writer.add_page(image, milli_points(page.size_mm))
            writer.finish()
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno in _OURS:
            raise
        target.unlink(missing_ok=True)
        return replace(facts, problem=Problem.UNREADABLE)
    return replace(facts, looks=tuple(looks))
