"""JBIG2 inside a PDF, with and without /JBIG2Globals; bare files are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest

from tests.support import jbig2, scans
from tests.support.scans import Array

WHITE = np.asarray(scans.drawing("1"))


def taken(folder: Path, page: bytes, shared: bytes | None) -> tuple[set[str], Array]:
    def parameters(pdf: pikepdf.Pdf) -> pikepdf.Object:
        made = pikepdf.Dictionary()
        if shared is not None:
            made.JBIG2Globals = pdf.make_stream(shared)
        return made

    entries: dict[str, Any] = {
        "/Width": 400,
        "/Height": 560,
        "/BitsPerComponent": 1,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/Filter": pikepdf.Name.JBIG2Decode,
        "/DecodeParms": parameters,
    }
    path = scans.image_pdf(folder / "a.pdf", entries, page)
    findings, canonical = scans.read(path, folder)
    assert canonical is not None, findings
    return scans.codes(findings), scans.pixels(canonical)


def test_one_region(tmp_path: Path) -> None:
    codes, shown = taken(tmp_path, jbig2.generic_page(WHITE), None)
    assert np.array_equal(shown > 127, WHITE)
    assert "content.rendered" not in codes


def test_patterns_from_globals(tmp_path: Path) -> None:
    cells = np.random.default_rng(9).integers(0, 2, (70, 50)).astype(np.bool_)
    shared, page = jbig2.halftone_page(cells)
    _, shown = taken(tmp_path, page, shared)
    black = np.kron(cells, np.ones((jbig2.CELL, jbig2.CELL), np.bool_))
    assert np.array_equal(shown > 127, ~black)


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.99])
def test_a_page_that_is_cut_off_is_named(keep: float, tmp_path: Path) -> None:
    """PDFium would leave it white."""
    data = jbig2.generic_page(WHITE)
    entries = {
        "/Width": 400,
        "/Height": 560,
        "/BitsPerComponent": 1,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/Filter": pikepdf.Name.JBIG2Decode,
    }
    path = scans.image_pdf(tmp_path / "a.pdf", entries, data[: int(len(data) * keep)])
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert "file.damaged" in scans.codes(findings)


def test_a_region_larger_than_the_page_is_named(tmp_path: Path) -> None:
    """60,000 × 60,000 pixels would be 450 MB."""
    size = 60_000
    page = jbig2.page_head(size, size) + jbig2.generic_page(WHITE)[30:]
    entries = {
        "/Width": size,
        "/Height": size,
        "/BitsPerComponent": 1,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/Filter": pikepdf.Name.JBIG2Decode,
    }
    path = scans.image_pdf(tmp_path / "a.pdf", entries, page)
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert "page.too_many_pixels" in scans.codes(findings)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x97JB2\r\n\x1a\n", "JBIG2"),
        (b"RIFF\x10\0\0\0WEBP", "WebP"),
        (b"PK\x03\x04", "Word"),
        (b"GIF89a", "GIF"),
    ],
)
def test_what_is_not_taken_is_said_by_its_name(
    start: bytes, name: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(start + bytes(100))
    findings, canonical = scans.read(tmp_path / "a", tmp_path)
    assert canonical is None
    (finding,) = findings
    assert finding.code == "file.unrecognised"
    assert name in finding.vi
    assert "PDF, JPEG, PNG hoặc TIFF" in finding.vi
