"""Pages of JPEG, PNG, (multi-page) TIFF and HEIC files.

HEIC comes from phones (docs/decisions/0012): libheif turns it by its own boxes, so its
EXIF orientation means nothing (ISO/IEC 23008-12 annex A), nor does its resolution.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pi_heif
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from certify.intake import colour
from certify.intake.facts import DocumentFacts, Kind, PageGeometry, Problem
from certify.intake.geometry import EXIF_TURNS, Turn, image_geometry
from certify.intake.jpeg import clean_jpeg
from certify.intake.jpeg_segments import NotPassable
from certify.intake.limits import PAGES
from certify.intake.picture import Picture

# Pillow's parsers raise these for bytes they cannot make sense of.
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    AssertionError,
    RuntimeError,
    struct.error,
    colour.UnreadableImage,
)


class ImageSource:
    """An image file, open. `facts` first; then `pictures`, when worth it."""

    def __init__(
        self, path: Path, kind: Kind, stated_mm: tuple[float, float] | None
    ) -> None:
        self._path = path
        self._kind = kind
        # Our own limits refuse big images before decoding, by name (limits.py).
        Image.MAX_IMAGE_PIXELS = None
        self._image: Image.Image | None = None
        pages: tuple[PageGeometry, ...] = ()
        problem = Problem.NONE
        count = 0
        try:
            self._image = _open(path, kind)
            count = getattr(self._image, "n_frames", 1) if kind is Kind.TIFF else 1
            if count <= PAGES:
                pages = tuple(self._geometries(self._image, count, stated_mm))
        except UNREADABLE:
            problem = Problem.UNREADABLE
        self.facts = DocumentFacts(
            kind=kind,
            size_bytes=path.stat().st_size,
            problem=problem,
            page_count=count,
            pages=pages,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._image is not None:
            self._image.close()

    def pictures(self) -> Iterator[Picture]:
        """Decode page after page.

        Raises:
            One of UNREADABLE.
        """
        if self._image is None:
            raise RuntimeError("pictures of an unreadable file")
        for index in range(self.facts.page_count):
            if self.facts.page_count > 1:
                self._image.seek(index)
            yield self._picture(self._image)

    def _geometries(
        self, image: Image.Image, count: int, stated_mm: tuple[float, float] | None
    ) -> Iterator[PageGeometry]:
        for index in range(count):
            if count > 1:
                image.seek(index)
            turn = self._turn(image)
            width, height = image.size
            dpi = None if self._kind is Kind.HEIC else image.info.get("dpi")
            if dpi is not None:
                dpi = (float(dpi[0]), float(dpi[1]))
            if turn.swaps_sides:
                if self._kind is not Kind.TIFF:  # Pillow gives it as displayed
                    width, height = height, width
                dpi = dpi and (dpi[1], dpi[0])
            turned = turn is not Turn.NONE
            yield image_geometry(
                index + 1, (width, height), dpi, stated_mm, turned=turned
            )

    def _picture(self, image: Image.Image) -> Picture:
        turn = self._turn(image)
        if self._kind is Kind.JPEG and turn is Turn.NONE and _is_plain(image):
            try:
                return Picture(clean_jpeg(self._path.read_bytes()))
            except NotPassable:
                pass
        if self._kind is Kind.TIFF:
            image.load()  # turns it too, and forgets the tag
            if image.mode.startswith("I;16") and _white_is_zero(image):
                image = Image.fromarray(~np.asarray(image, np.uint16))
            return colour.to_picture(image)
        return colour.to_picture(image, turn)

    def _turn(self, image: Image.Image) -> Turn:
        """EXIF or TIFF orientation; values outside 1–8 mean nothing."""
        if self._kind is Kind.HEIC:
            return Turn.NONE
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        return EXIF_TURNS.get(orientation, Turn.NONE)


def _open(path: Path, kind: Kind) -> Image.Image:
    if kind is Kind.HEIC:
        image: Image.Image = pi_heif.HeifImageFile(path)
        return image
    return Image.open(path, formats=(kind.upper(),))


def _white_is_zero(image: Image.Image) -> bool:
    """TIFF 6.0 §8, PhotometricInterpretation; Pillow forgets it for 16 bit (13.0)."""
    directory = image.tag_v2  # type: ignore[attr-defined]  # TIFF images have it
    return bool(directory.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0)


def _is_plain(image: Image.Image) -> bool:
    """Gray or sRGB: no colour is lost with the profile."""
    profile = image.info.get("icc_profile")
    return image.mode in ("L", "RGB") and (
        profile is None or colour.is_srgb(profile, image.mode)
    )
