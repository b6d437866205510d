"""Pages with a known fault, drawn as the sample papers and scanned at 150 dpi."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from api.samples import birth_certificate, decision, school_report
from api.samples.fiction import Fiction
from api.samples.scanner import Look, scan
from tests.support.scans import Array

SIZE = (1240, 1754)
GOOD = "good"
FAULTS = {  # what the page has → the code that must be found
    "dark": "exposure.dark",
    "light": "exposure.light",
    "skewed": "page.skewed",
    "blank": "page.blank",
}


@dataclass(frozen=True)
class LabelledPage:
    """A page and the one thing that is wrong with it, GOOD for nothing."""

    label: str
    pixels: Array


def labelled_pages(count: int, *, seed: int) -> Iterator[LabelledPage]:
    """Make `count` pages, every second one good."""
    rng = np.random.default_rng(seed)
    sheets = [sheet for _ in range(1 + count // 400) for sheet in _sheets(Fiction(rng))]
    labels = [label for fault in FAULTS for label in (GOOD, fault)]
    for number in range(count):
        label = labels[number % len(labels)]
        sheet = sheets[int(rng.integers(len(sheets)))]
        yield LabelledPage(label, _faulty(label, sheet, rng))


def _sheets(fiction: Fiction) -> list[Image.Image]:
    person = fiction.person((1980, 2008), female=True)
    mother = fiction.person((1970, 1979), female=True)
    sheets = [
        *school_report.sheets(fiction, person),
        *decision.sheets(fiction, person),
        birth_certificate.sheet(fiction, person, mother),
    ]
    return [sheet.image.resize(SIZE, Image.Resampling.BOX) for sheet in sheets]


def _faulty(label: str, sheet: Image.Image, rng: np.random.Generator) -> Array:
    skew = rng.uniform(1.8, 5.0) if label == "skewed" else rng.uniform(0.0, 0.9)
    if label == "blank":
        sheet = Image.new("RGB", SIZE, "white")
    tone = (250, int(rng.integers(235, 251)), int(rng.integers(205, 250)))
    look = Look(
        tone=tone,
        skew_degrees=float(rng.choice([-1, 1]) * skew),
        folds_across=(float(rng.uniform(0.2, 0.8)),) if rng.random() < 0.5 else (),
        grain=float(rng.uniform(0.4, 2.5)),
    )
    levels = np.asarray(scan(sheet, look, rng)).astype(np.float32)
    if label == "dark":
        levels *= rng.uniform(0.25, 0.6)
    if label == "light":
        kept = rng.uniform(0.2, 0.38)
        levels = 255 - (255 - levels) * kept
    if label == GOOD:
        levels = 255 - (255 - levels * rng.uniform(0.85, 1.0)) * rng.uniform(0.8, 1.0)
    return levels.clip(0, 255).astype(np.uint8)
