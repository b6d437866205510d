"""Scanned documents with one known fault each, seeded, as PDFs a scanner would write.

A fault is what happened to the paper, not what a check looks at: the same draw of
sheets, resolutions, colour modes, paper tones, folds, grain and JPEG qualities makes
good pages and faulty ones.
"""

from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from api.samples.scanner import Look, scan
from api.samples.sheet import DPI
from tests.support.labelled_sheets import KINDS, Kind

GOOD = "good"
SAME_FORM = "good, same form twice"
FAULTS = {  # what the last page has → codes one of which must be found
    "blank": {"page.blank", "page.all_blank"},
    "blurred": {"page.blurred"},
    "skewed": {"page.skewed"},
    "dark": {"exposure.dark"},
    "light": {"exposure.light"},
    "low dpi": {"resolution.low"},
    "cropped": {"page.cropped"},
    "duplicate": {"page.duplicate", "page.same_sheet"},
    "on its side": {"orientation.sideways"},
}
PER_ROUND = {GOOD: 6, SAME_FORM: 2} | dict.fromkeys(FAULTS, 1)
MM_PER_INCH = 25.4
_TONAL = {"blurred", "dark", "light"}  # 1-bit scans cannot have these
_CUT_INK_MM = 6.0  # content cut off: so much of the cut goes through print,
_LEFT_MM = 1.5  # and of a line so far inside
_LONGEST_MM = 10.0  # longer is a rule


@dataclass(frozen=True)
class Labelled:
    """A document whose last page has one fault, or none.

    Attributes:
        detail: what was drawn and how, for looking into a miss.
    """

    label: str
    detail: str
    pdf: bytes
    pages: int


@dataclass(frozen=True)
class _Scan:
    """How a paper was kept and scanned: colour and folds; resolution, mode, quality."""

    dpi: int
    mode: str
    quality: int
    soft_mm: float
    grain: float
    tone: tuple[int, int, int]
    folds_across: tuple[float, ...]
    folds_down: tuple[float, ...]


def labels(count: int) -> list[str]:
    """Return `count` labels in a fixed order, mixed as `PER_ROUND` says."""
    one_round = [label for label, times in PER_ROUND.items() for _ in range(times)]
    return [one_round[number % len(one_round)] for number in range(count)]


def labelled(number: int, label: str, *, seed: int) -> Labelled:
    """Make document `number` of a seed, whatever was made before."""
    rng = np.random.default_rng([seed, number])
    kind = _kind(label, rng)
    scanner = _scan_of(label, rng)
    other, sheet = kind.two_sheets(rng)
    if label == "blank":
        sheet = Image.new("RGB", sheet.size, "white")
    page = _scanned(label, sheet, scanner, rng)
    pages = [*_pages_before(label, (other, sheet, page), scanner, rng), page]
    detail = f"{number}: {kind.name}, {scanner}"
    dpi = int(rng.integers(96, 181)) if label == "low dpi" else scanner.dpi
    if label == "low dpi":
        size = (
            round(page.width * dpi / scanner.dpi),
            round(page.height * dpi / scanner.dpi),
        )
        small = page.convert("L") if page.mode == "1" else page
        pages = [small.resize(size, Image.Resampling.BOX).convert(page.mode)]
    return Labelled(label, detail, _pdf(pages, dpi, scanner.quality), len(pages))


def _kind(label: str, rng: np.random.Generator) -> Kind:
    fit = [
        kind
        for kind in KINDS
        if (kind.form or label != SAME_FORM) and (kind.lines or label != "cropped")
    ]
    return fit[int(rng.integers(len(fit)))]


def _scan_of(label: str, rng: np.random.Generator) -> _Scan:
    draw = rng.random()
    mode = "RGB" if draw < 0.7 or (draw > 0.85 and label in _TONAL) else "L"
    if draw > 0.85 and label not in _TONAL:
        mode = "1"
    return _Scan(
        dpi=200 if label == "low dpi" else int(rng.choice([200, 200, 200, 300])),
        mode=mode,
        quality=int(rng.integers(60, 96)),
        soft_mm=float(rng.uniform(0.0, 0.09)),
        grain=float(rng.uniform(0.4, 4.0)),
        tone=(250, int(rng.integers(232, 252)), int(rng.integers(200, 250))),
        folds_across=(float(rng.uniform(0.2, 0.8)),) if rng.random() < 0.4 else (),
        folds_down=(float(rng.uniform(0.2, 0.8)),) if rng.random() < 0.15 else (),
    )


def _pages_before(
    label: str,
    made: tuple[Image.Image, Image.Image, Image.Image],
    scanner: _Scan,
    rng: np.random.Generator,
) -> list[Image.Image]:
    """Return what comes before the labelled page, if it takes two to see it."""
    other, sheet, page = made
    if label == SAME_FORM or (label == "blank" and rng.random() < 0.7):
        return [_scanned(SAME_FORM, other, scanner, rng)]
    if label != "duplicate":
        return []
    if rng.random() < 0.2:
        return [page]
    again = replace(
        scanner,
        quality=int(rng.integers(60, 96)),
        soft_mm=float(rng.uniform(0.0, 0.09)),
        grain=float(rng.uniform(0.4, 4.0)),
    )
    return [_scanned(label, sheet, again, rng)]


def _scanned(
    label: str, sheet: Image.Image, scanner: _Scan, rng: np.random.Generator
) -> Image.Image:
    """Lay the sheet on the glass and scan it, with the fault."""
    skew = float(
        rng.choice([-1, 1])
        * (rng.uniform(1.8, 5.0) if label == "skewed" else rng.uniform(0.0, 0.9))
    )
    if label == "cropped":  # the glass ends, however crooked the sheet lies on it
        sheet = sheet.rotate(skew, Image.Resampling.BILINEAR, fillcolor="white")
        sheet, skew = _cut(sheet, rng), 0.0
    if label in ("duplicate", SAME_FORM):
        shift = tuple(int(s) for s in rng.integers(-40, 41, 2))
        moved = Image.new("RGB", sheet.size, "white")
        moved.paste(sheet, shift)
        sheet = moved
    size = tuple(round(side * scanner.dpi / DPI) for side in sheet.size)
    image = sheet.resize(size, Image.Resampling.BOX)
    image = _soft(image, label, scanner, rng)
    look = Look(
        tone=scanner.tone,
        skew_degrees=skew,
        folds_across=scanner.folds_across,
        folds_down=scanner.folds_down,
        grain=scanner.grain,
    )
    image = _exposed(scan(image, look, rng), label, rng)
    if label == "on its side":
        side = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
        image = image.transpose(side[int(rng.integers(2))])
    if scanner.mode == "1":
        level = float(rng.uniform(140, 190))
        return image.convert("L").point([255 * (v > level) for v in range(256)], "1")
    return image.convert(scanner.mode)


def _soft(
    image: Image.Image, label: str, scanner: _Scan, rng: np.random.Generator
) -> Image.Image:
    """The optics: every scanner is a little soft, a blurred page much more."""
    dots = scanner.dpi / MM_PER_INCH
    if label != "blurred":
        near = float(np.exp(-0.5 / max(0.01, scanner.soft_mm * dots) ** 2))
        kernel = [near * near, near, near * near]
        return image.filter(
            ImageFilter.Kernel((3, 3), [*kernel, near, 1.0, near, *kernel])
        )
    match int(rng.integers(3)):
        case 0:  # the paper stood off the glass: close to Gaussian
            blur = ImageFilter.BoxBlur(float(rng.uniform(0.3, 0.75)) * dots)
            return image.filter(blur).filter(blur)
        case 1:  # a lens out of focus
            return image.filter(
                ImageFilter.BoxBlur(float(rng.uniform(0.45, 1.0)) * dots)
            )
        case _:  # it moved
            radius = float(rng.uniform(0.5, 1.0)) * dots
            along = (radius, 0.2) if rng.random() < 0.5 else (0.2, radius)
            return image.filter(ImageFilter.BoxBlur(along))


def _exposed(image: Image.Image, label: str, rng: np.random.Generator) -> Image.Image:
    if label == "dark":
        gain, kept = rng.uniform(0.25, 0.6), 1.0
    elif label == "light":
        gain, kept = 1.0, rng.uniform(0.2, 0.38)
    else:
        gain, kept = rng.uniform(0.85, 1.0), rng.uniform(0.8, 1.0)
    levels = 255 - (255 - np.arange(256) * gain) * kept
    table = [int(v) for v in levels.clip(0, 255)]
    return image.point(table * 3)


def _cut(sheet: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Cut off content at one edge; the sheet stays as large when it was only shifted.

    The cut goes visibly through print. Of a cut between two lines, along a frame or
    one that leaves slivers the image itself shows nothing.
    """
    ink = np.asarray(sheet.convert("L")) < 140
    for _ in range(2000):
        turned = int(rng.integers(4))
        lying = np.rot90(ink, turned)
        depth = int(rng.uniform(15, 100) * DPI / MM_PER_INCH)
        if (
            _print_mm(lying[:, depth])
            >= _CUT_INK_MM
            <= _print_mm(lying[:, depth + round(_LEFT_MM * DPI / MM_PER_INCH)])
        ):
            break
    else:
        raise ValueError("a sheet without lines of print")
    kept = np.rot90(np.asarray(sheet), turned)[:, depth:]
    if rng.random() < 0.5:
        kept = np.pad(kept, ((0, 0), (0, depth), (0, 0)), constant_values=255)
    return Image.fromarray(np.ascontiguousarray(np.rot90(kept, -turned)))


def _print_mm(line: npt.NDArray[np.bool_]) -> float:
    """Ink on a line through the sheet, without rules along it, in millimetres."""
    ends = np.flatnonzero(np.diff(np.pad(line.astype(np.int8), 1)))
    lengths = (ends[1::2] - ends[::2]) * MM_PER_INCH / DPI
    return float(lengths[lengths <= _LONGEST_MM].sum())


def _pdf(pages: list[Image.Image], dpi: int, quality: int) -> bytes:
    target = BytesIO()
    first, *rest = pages
    options = {} if first.mode == "1" else {"quality": quality}
    first.save(
        target, "PDF", save_all=True, append_images=rest, resolution=dpi, **options
    )
    return target.getvalue()
