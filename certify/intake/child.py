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

from certify.fingerprint import FINGERPRINTED_PAGES, PageFingerprint
from certify.intake.checks import CHECKS
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
from certify.intake.look import look_at
from certify.intake.page_images import read_page_images
from certify.intake.pdf_image import render
from certify.intake.pdf_source import UNREADABLE as PDF_UNREADABLE
from certify.intake.pdf_source import PdfSource
from certify.intake.picture import Picture
from certify.intake.printed_codes import read_codes
from certify.intake.progress import PageTime
from certify.intake.recognise import name_not_taken, recognise
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


def _look(page: PageGeometry, picture: Picture) -> PageLook:
    """Look at a page once decoded: measures, fingerprint, codes printed on it."""
    if page.size_mm is None:
        raise RuntimeError("a buildable page without size")
    gray = picture.reduced_gray()
    known = page.number <= FINGERPRINTED_PAGES
    return replace(
        look_at(page.number, picture, gray),
        fingerprint=fingerprint(gray, page.size_mm) if known else None,
        codes=read_codes(gray),
    )


def _build(source: Source, target: Path) -> DocumentFacts:
    """Write the canonical file if the facts allow; return them with the looks."""
    facts = source.facts
    if not facts.buildable:
        return facts
    looks: list[PageLook] = []
    seen: dict[bytes, int] = {}
    time = PageTime()
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
                looks.append(replace(_look(page, picture), same_as=same_as))
                writer.add_page(image, milli_points(page.size_mm))
                time.page_done()
            writer.finish()
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
    return replace(facts, looks=tuple(looks))
