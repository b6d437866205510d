"""Fax codings of a black and white picture, from libtiff (ITU-T T.4, T.6)."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

from tests.support.scans import Array

_T4_OPTIONS = 292
_TWO_DIMENSIONAL = 1


@dataclass(frozen=True)
class Coding:
    """How libtiff makes it, and what a PDF says of it (ISO 32000-2 table 11)."""

    compression: str
    parameters: dict[str, Any]
    options: int = 0


CODINGS = {
    "group 4": Coding("group4", {"K": -1}),
    "group 3, one dimension": Coding("group3", {"K": 0, "EndOfLine": True}),
    "group 3, two dimensions": Coding(
        "group3", {"K": 4, "EndOfLine": True}, _TWO_DIMENSIONAL
    ),
    "rows aligned to bytes": Coding("tiff_ccitt", {"K": 0, "EncodedByteAlign": True}),
}


def encoded(white: Array, coding: Coding) -> bytes:
    """Return the coded rows; True is paper."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[TiffImagePlugin.ROWSPERSTRIP] = white.shape[0]
    if coding.options:
        tags[_T4_OPTIONS] = coding.options
    file = BytesIO()
    # libtiff takes 0 bits for white
    image = Image.fromarray(np.logical_not(white))
    image.save(file, "TIFF", compression=coding.compression, tiffinfo=tags)
    with Image.open(file, formats=("TIFF",)) as written:
        directory = written.tag_v2  # type: ignore[attr-defined]  # TIFF images have it
        (offset,) = directory[TiffImagePlugin.STRIPOFFSETS]
        (length,) = directory[TiffImagePlugin.STRIPBYTECOUNTS]
    return file.getvalue()[offset : offset + length]
