"""Photographs of iPhones: HEIC with a stated paper size (docs/decisions/0012)."""

import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from certify.intake.page_images import read_page_images
from tests.support import scans
from tests.support.boxes import turned_heic
from tests.support.real import need

MM = [33.87, 47.41]  # what 400 × 560 pixels measure at 300 dpi


def encoded(folder: Path, image: Image.Image, **options: object) -> Path:
    """Lossless but for the way to YCbCr and back."""
    image.save(folder / "a.png", **options)
    path = folder / "a.heic"
    lossless = ("-L", "-p", "chroma=444", "--matrix_coefficients=0")
    subprocess.run(
        [need("heif-enc"), *lossless, folder / "a.png", "-o", path],
        check=True,
        capture_output=True,
    )
    return path


def test_pixels(tmp_path: Path) -> None:
    image = scans.drawing()
    image.paste(Image.fromarray(scans.noise((200, 200))), (150, 200))
    findings, canonical = scans.read(encoded(tmp_path, image), tmp_path, MM)
    assert canonical is not None, findings
    assert np.abs(scans.pixels(canonical).astype(int) - np.asarray(image)).max() <= 1


def test_the_paper_must_be_stated(tmp_path: Path) -> None:
    """A phone's 72 dpi measures nothing."""
    path = encoded(tmp_path, scans.drawing(), dpi=(300, 300))
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert scans.codes(findings) == {"resolution.missing"}


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_once_by_its_own_boxes(quarters: int, tmp_path: Path) -> None:
    """EXIF says the same turn again, as phones write it; it must not count."""
    exif = Image.Exif()
    exif[0x0112] = {1: 8, 2: 3, 3: 6}[quarters]
    exif[0x010E] = "SECRET-EXIF"
    path = encoded(tmp_path, scans.drawing(), exif=exif)
    path.write_bytes(turned_heic(path.read_bytes(), quarters))
    findings, canonical = scans.read(path, tmp_path, MM)
    assert canonical is not None, findings
    wanted = np.rot90(np.asarray(scans.drawing()), quarters)
    shown = scans.pixels(canonical).astype(int)
    assert shown.shape == wanted.shape
    assert np.abs(shown - wanted).max() <= 1
    with pikepdf.open(canonical) as pdf:
        (page,) = read_page_images(pdf)
    assert (page.width_milli_pt > page.height_milli_pt) == (quarters % 2 == 1)


def test_nothing_but_pixels_survives(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-EXIF"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    exif.get_ifd(0x8825)[29] = "2026:01:01"
    jpeg = tmp_path / "a.jpg"
    scans.drawing().save(jpeg, exif=exif, quality=95)
    path = tmp_path / "a.heic"
    subprocess.run(
        [need("heif-enc"), jpeg, "-o", path], check=True, capture_output=True
    )
    path.write_bytes(path.read_bytes() + b"SECRET-TAIL")
    assert b"SECRET-EXIF" in path.read_bytes()
    assert b"2026:01:01" in path.read_bytes()
    findings, canonical = scans.read(path, tmp_path, MM)
    assert canonical is not None, findings
    with pikepdf.open(canonical) as pdf:
        streams = [o.read_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream)]
    for kept in (canonical.read_bytes(), *streams):
        assert b"SECRET" not in kept
        assert b"2026:01:01" not in kept


def test_alpha_is_flattened_on_white(tmp_path: Path) -> None:
    image = scans.drawing("RGBA")
    image.putalpha(Image.fromarray(scans.noise(scans.SIZE, 1)))
    canonical = scans.read(encoded(tmp_path, image), tmp_path, MM)[1]
    assert canonical is not None
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    shown = scans.pixels(canonical).astype(int)
    assert np.abs(shown - np.asarray(paper)).max() <= 2


def test_its_profile_is_applied(tmp_path: Path) -> None:
    """iPhones photograph in Display P3."""
    path = encoded(tmp_path, scans.drawing(), icc_profile=scans.wide_profile())
    findings, canonical = scans.read(path, tmp_path, MM)
    assert canonical is not None
    assert "colour.profile" in scans.codes(findings)


@pytest.mark.parametrize("keep", [0.05, 0.5, 0.9])
def test_truncated_files_are_named(keep: float, tmp_path: Path) -> None:
    path = encoded(tmp_path, Image.fromarray(scans.noise((400, 560))))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    findings, canonical = scans.read(path, tmp_path, MM)
    assert canonical is None
    assert "file.damaged" in scans.codes(findings)


def test_avif_is_named(tmp_path: Path) -> None:
    scans.drawing().save(tmp_path / "a.heic", "AVIF")
    findings, canonical = scans.read(tmp_path / "a.heic", tmp_path, MM)
    assert canonical is None
    (finding,) = findings
    assert finding.code == "file.unrecognised"
    assert "AVIF" in finding.vi
