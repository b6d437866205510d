"""Transparent ink: a hand's signature in blue and a round seal in red."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from api.samples.sheet import MM
from api.samples.typeface import Style, Typeface

BLUE = (22, 44, 150)
RED = (205, 28, 36)
_FINE = 3  # drawn this much larger, then reduced, for smooth edges
# strokes of the pen, x,y in hundredths of the signature's box
_INITIALS = (
    "10,42 7,30 19,5 25,16 16,62 8,88 5,72 17,55 27,50",
    "6,80 12,50 17,10 20,6 19,55 20,84 26,30 31,8 30,40 27,52",
    "26,14 18,5 7,28 5,58 13,74 23,56 19,40 13,56 27,52",
)
_TAILS = (
    "93,26 97,36 72,70 36,86 22,80 44,72 96,62",
    "86,40 95,30 90,72 80,95 74,84 97,50",
    "90,46 94,62 60,80 12,84 10,92 50,90 80,86",
)
_DASH = "13,33 22,30 33,27"


def generator(text: str) -> np.random.Generator:
    """Return the same stream of numbers for the same text, on every machine."""
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def signature(name: str, width_mm: float = 46, height_mm: float = 20) -> Image.Image:
    """Draw a signature as a pen would; the same name always signs alike."""
    rng = generator(f"signature {name}")
    size = (round(width_mm * MM) * _FINE, round(height_mm * MM) * _FINE)
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for points in _strokes(rng):
        _draw_stroke(pen, points, size)
    mask = mask.reduce(_FINE)
    ink = Image.new("RGBA", mask.size, (*BLUE, 0))
    ink.putalpha(mask.point(lambda value: round(value * 0.93)))
    return ink


@dataclass(frozen=True)
class SealText:
    """Words of a round seal: around the top, around the bottom, in the middle."""

    top: str
    bottom: str = ""
    middle: tuple[str, ...] = ()


def seal(words: SealText, diameter_mm: float = 36) -> Image.Image:
    """Draw a round seal; without words in the middle it shows a star."""
    rng = generator(f"seal {words.top} {words.bottom}")
    side = round(diameter_mm * MM) * _FINE
    mask = Image.new("L", (side, side))
    pen = ImageDraw.Draw(mask)
    for share, width_mm in ((1.0, 0.75), (0.93, 0.25), (0.62, 0.25)):
        _ring(pen, side, share, width_mm * diameter_mm / 36)
    _ring_text(mask, words)
    _middle(mask, pen, words.middle)
    mask = mask.rotate(float(rng.uniform(-6, 6)), Image.Resampling.BICUBIC)
    mask = ImageChops.multiply(mask.reduce(_FINE), _uneven(rng, side // _FINE))
    ink = Image.new("RGBA", mask.size, (*RED, 0))
    ink.putalpha(mask)
    return ink


def _strokes(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Control points in the unit square: an initial, small letters, a flourish."""
    letters: list[tuple[float, float]] = []
    x, count = 0.27, int(rng.integers(3, 8))
    step = float(rng.uniform(0.38, 0.5)) / count
    for number in range(count):
        high = float(rng.uniform(0.1, 0.3)) * (1 - 0.5 * number / count)
        lean = float(rng.uniform(0.2, 0.5))
        letters += [(x + step * 0.55, 0.5 - high), (x + step * lean, 0.5 + high * 0.6)]
        x += step
        letters.append((x, 0.5 + float(rng.uniform(-0.05, 0.04))))
    initial = _points(_INITIALS[int(rng.integers(len(_INITIALS)))])
    tail = _points(_TAILS[int(rng.integers(len(_TAILS)))])
    main = np.vstack([initial, np.array(letters), tail])
    main += rng.normal(0, 0.016, main.shape)
    dash = _points(_DASH)
    return [main, dash + rng.normal(0, 0.02, dash.shape)]


def _points(text: str) -> NDArray[np.float64]:
    pairs = [pair.split(",") for pair in text.split()]
    return np.array([(int(x) / 100, int(y) / 100) for x, y in pairs])


def _draw_stroke(
    pen: ImageDraw.ImageDraw, points: NDArray[np.float64], size: tuple[int, int]
) -> None:
    """Run a round nib along a smooth curve; heavier going down, lighter when fast."""
    path = _smooth(np.clip(points, 0.03, 0.97) * np.array(size))
    moves = np.diff(path, axis=0, append=path[-1:])
    speed = np.hypot(moves[:, 0], moves[:, 1])
    down = moves[:, 1] / np.maximum(speed, 1e-6)
    ends = np.minimum(np.arange(len(path)), np.arange(len(path))[::-1]) / 25
    nib = (0.30 + 0.16 * down - 0.004 * np.minimum(speed, 30)) * np.clip(ends, 0.3, 1)
    nib = np.convolve(np.pad(nib, 4, mode="edge"), np.full(9, 1 / 9), "valid")
    for (x, y), width in zip(path, nib * MM * _FINE / 2, strict=True):
        pen.ellipse((x - width, y - width, x + width, y + width), fill=255)


def _smooth(points: NDArray[np.float64], steps: int = 160) -> NDArray[np.float64]:
    """Catmull-Rom curve through the points."""
    padded = np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        cubic = (3 * b - a - 3 * c + d) * t**3
        square = (2 * a - 5 * b + 4 * c - d) * t**2
        parts.append(0.5 * (2 * b + (c - a) * t + square + cubic))
    return np.vstack(parts)


def _ring(pen: ImageDraw.ImageDraw, side: int, share: float, width_mm: float) -> None:
    edge = side / 2 * (1 - share) + 1
    box = (edge, edge, side - edge, side - edge)
    pen.ellipse(box, outline=255, width=round(width_mm * MM * _FINE))


def _ring_text(mask: Image.Image, words: SealText) -> None:
    """Set the words between the rings, parted by two small stars."""
    side = mask.width
    top_share = 0.66 if words.bottom else 0.86
    _arc(mask, words.top, share=top_share, upper=True)
    if words.bottom:
        _arc(mask, words.bottom, share=0.2, upper=False)
    star = 180 * top_share + 10
    angles = (star, -star) if words.bottom else (180.0,)
    for degrees in angles:
        angle = math.radians(degrees)
        radius = side / 2 * 0.775
        x = side / 2 + radius * math.sin(angle)
        y = side / 2 - radius * math.cos(angle)
        _star(ImageDraw.Draw(mask), x, y, side * 0.028)


def _arc(mask: Image.Image, text: str, *, share: float, upper: bool) -> None:
    """Set text on a circle, centred above or below, within a share of the circle."""
    side = mask.width
    radius = side / 2 * (0.715 if upper else 0.835)
    typeface = Typeface(dpi=72)
    style = Style(side * 0.068, bold=True)
    wide = typeface.font(style).getlength(text) / radius
    room = 2 * math.pi * share
    if wide > room:
        style = Style(style.size * room / wide, bold=True)
    font = typeface.font(style)
    natural = font.getlength(text) / radius
    loose = min(1.35, room / natural)
    angle = -natural * loose / 2
    for letter in text:
        half = font.getlength(letter) / radius * loose / 2
        angle += half
        tile = Image.new("L", (round(style.size * 3),) * 2)
        centre = tile.width / 2
        ImageDraw.Draw(tile).text(
            (centre, centre), letter, font=font, fill=255, anchor="ms"
        )
        turn = angle if upper else math.pi - angle
        tile = tile.rotate(
            -math.degrees(angle if upper else -angle), Image.Resampling.BICUBIC
        )
        x = round(side / 2 + radius * math.sin(turn) - centre)
        y = round(side / 2 - radius * math.cos(turn) - centre)
        mask.paste(255, (x, y), tile)
        angle += half


def _middle(
    mask: Image.Image, pen: ImageDraw.ImageDraw, lines: tuple[str, ...]
) -> None:
    side = mask.width
    if not lines:
        _star(pen, side / 2, side / 2, side * 0.17)
        return
    typeface = Typeface(dpi=72)
    size = side * 0.075
    y = side / 2 - size * 1.25 * (len(lines) - 1) / 2 + size * 0.36
    for line in lines:
        long = typeface.font(Style(size, bold=True)).getlength(line)
        fit = Style(size * min(1.0, side * 0.54 / long), bold=True)
        pen.text((side / 2, y), line, font=typeface.font(fit), fill=255, anchor="ms")
        y += size * 1.25


def _star(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.pi * corner / 5
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    pen.polygon(points, fill=255)


def _uneven(rng: np.random.Generator, side: int) -> Image.Image:
    """Return how much of the ink took, as rubber on paper leaves it."""
    coarse = rng.normal(205, 26, (14, 14)).clip(120, 238).astype(np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
