"""Only the exact canonical shape is read back."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from certify.intake.page_images import NotCanonical, read_page_images
from tests.support import scans

Name, Dictionary = pikepdf.Name, pikepdf.Dictionary


@pytest.fixture
def canonical(tmp_path: Path) -> Path:
    path = scans.saved(tmp_path / "a.jpg", scans.drawing())
    _, made = scans.read(path, tmp_path)
    assert made is not None
    return made


def test_fields_are_what_the_file_says(canonical: Path) -> None:
    with pikepdf.open(canonical) as pdf:
        (page,) = read_page_images(pdf)
        stream = pdf.pages[0].Resources.XObject.Scan.read_raw_bytes()
    assert page.stream_sha256 == hashlib.sha256(stream).hexdigest()
    assert (page.width_px, page.height_px, page.bits) == (400, 560, 8)
    assert (page.width_milli_pt, page.height_milli_pt) == (96_000, 134_400)
    assert page.colour_space == "DeviceRGB"


def note(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = []


def content(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Contents.write(b"q 96 0 0 134 0 0 cm /Scan Do Q")


def longer_content(pdf: pikepdf.Pdf) -> None:
    stream = pdf.pages[0].obj.Contents
    stream.write(stream.read_bytes() + b" ")


def box(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.MediaBox = [1, 0, 97, 134.4]


def font(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font = Dictionary()


def second_image(pdf: pikepdf.Pdf) -> None:
    images = pdf.pages[0].obj.Resources.XObject
    images.Other = images.Scan


def soft_mask(pdf: pikepdf.Pdf) -> None:
    image = pdf.pages[0].obj.Resources.XObject.Scan
    image.SMask = image


def decode(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.XObject.Scan.Decode = [1, 0, 1, 0, 1, 0]


def colour(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.XObject.Scan.ColorSpace = Name.DeviceCMYK


def filters(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.XObject.Scan.Filter = [Name.DCTDecode]


def catalogue(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="x")


def rotation(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 90


CHANGES = [note, content, longer_content, box, font, second_image, soft_mask]
CHANGES += [decode, colour, filters, catalogue, rotation]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_any_other_shape_is_refused(
    change: Callable[[pikepdf.Pdf], None], canonical: Path
) -> None:
    with pikepdf.open(canonical) as pdf:
        change(pdf)
        with pytest.raises(NotCanonical):
            read_page_images(pdf)
