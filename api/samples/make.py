"""Writes the sample originals as an office's scanner would have written them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import gmtime

import numpy as np
from PIL import Image

from api.samples import birth_certificate, decision, school_report, student_card
from api.samples.fiction import Fiction
from api.samples.scanner import Look, scan
from api.samples.sheet import DPI, Sheet

A4_MM = (210.0, 297.0)
_EPOCH = gmtime(0)  # a PDF must not say when it was made, else no two runs agree
_REPORT = Look(tone=(250, 245, 232), folds_down=(0.5,), grain=1.8)
_BIRTH = Look(tone=(250, 247, 236), folds_across=(0.335, 0.667), grain=1.8)
_DECISION = Look(tone=(250, 250, 247), folds_across=(0.5,), grain=0.45)
_CARD = Look(tone=(250, 251, 252), grain=1.2)


@dataclass(frozen=True)
class Sample:
    """A scan of a paper that never existed, and what an officer would type of it.

    Attributes:
        title, issuer: name of the paper and who issued it.
        requester: name of the citizen who brings it.
        pages: pages in the file.
        paper: name of the paper size, "A4" or "ID-1".
        page_mm: that size (width, height).
    """

    path: Path
    title: str
    requester: str
    issuer: str
    pages: int
    paper: str = "A4"
    page_mm: tuple[float, float] = A4_MM


def make_samples(folder: Path, *, seed: int) -> list[Sample]:
    """Write a PDF of four pages, a JPEG of one and a TIFF of two, all at 300 dpi.

    Args:
        folder: existing folder; files of the same names are overwritten.
        seed: the same seed gives the same bytes.
    """
    return [
        _school_report(folder / "hoc-ba.pdf", np.random.default_rng([seed, 1])),
        _birth_certificate(
            folder / "giay-khai-sinh.jpg", np.random.default_rng([seed, 2])
        ),
        _decision(folder / "quyet-dinh.tif", np.random.default_rng([seed, 3])),
    ]


def make_card(folder: Path, *, seed: int) -> list[Sample]:
    """Write front and back of a student card, one PNG each, at 300 dpi."""
    rng = np.random.default_rng([seed, 4])
    fiction = Fiction(rng)
    student = fiction.person((2005, 2006), female=True)
    samples = []
    sides = (student_card.front(fiction, student), student_card.back(fiction))
    for name, side in zip(("mat-truoc", "mat-sau"), sides, strict=True):
        path = folder / f"the-sinh-vien-{name}.png"
        scan(side.image, _CARD, rng).save(path, "PNG", dpi=(DPI, DPI))
        samples.append(
            Sample(
                path,
                student_card.TITLE,
                student.name,
                student_card.ISSUER,
                pages=1,
                paper="ID-1",
                page_mm=student_card.CARD_MM,
            )
        )
    return samples


def _school_report(path: Path, rng: np.random.Generator) -> Sample:
    fiction = Fiction(rng)
    student = fiction.person((2008, 2008), female=True)
    sheets = school_report.sheets(fiction, student)
    first, *rest = _scanned(sheets, _REPORT, rng)
    first.save(
        path,
        "PDF",
        save_all=True,
        append_images=rest,
        resolution=DPI,
        quality=82,
        title="scan",
        creationDate=_EPOCH,
        modDate=_EPOCH,
    )
    title, issuer = school_report.TITLE, school_report.ISSUER
    return Sample(path, title, student.name, issuer, len(sheets))


def _birth_certificate(path: Path, rng: np.random.Generator) -> Sample:
    fiction = Fiction(rng)
    child = fiction.person((2025, 2025), female=False)
    mother = fiction.person((1993, 1999), female=True)
    sheet = birth_certificate.sheet(fiction, child, mother)
    (page,) = _scanned([sheet], _BIRTH, rng)
    page.save(path, "JPEG", quality=86, dpi=(DPI, DPI))
    title, issuer = birth_certificate.TITLE, birth_certificate.ISSUER
    return Sample(path, title, mother.name, issuer, 1)


def _decision(path: Path, rng: np.random.Generator) -> Sample:
    fiction = Fiction(rng)
    employee = fiction.person((1988, 1996), female=False)
    sheets = decision.sheets(fiction, employee)
    first, *rest = _scanned(sheets, _DECISION, rng)
    first.save(
        path,
        "TIFF",
        save_all=True,
        append_images=rest,
        compression="tiff_lzw",
        dpi=(DPI, DPI),
    )
    title, issuer = decision.TITLE, decision.ISSUER
    return Sample(path, title, employee.name, issuer, len(sheets))


def _scanned(
    sheets: Sequence[Sheet], look: Look, rng: np.random.Generator
) -> list[Image.Image]:
    """Scan every sheet, each laid on the glass a little differently."""
    pages = []
    for sheet in sheets:
        skew = float(rng.choice((-1, 1)) * rng.uniform(0.12, 0.42))
        laid = Look(look.tone, skew, look.folds_across, look.folds_down, look.grain)
        pages.append(scan(sheet.image, laid, rng))
    return pages
