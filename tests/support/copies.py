"""What strangers' tools see in a finished copy: poppler, qpdf, a reader of QR codes."""

import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image, ImageSequence

from tests.support.real import need

Picture = tuple[tuple[int, int], bytes]
"""Size and pixels, one bit each when the picture is black and white."""


def run(*words: object) -> str:
    """Run a tool that must succeed; return what it printed."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")


def valid_signatures(copy: Path) -> int:
    """How many signatures poppler calls valid."""
    return run(need("pdfsig"), "-nocert", copy).count("Signature is Valid")


def check_structure(copy: Path) -> None:
    """Have qpdf read everything; fails at its first word of complaint."""
    said = run(need("qpdf"), "--check", copy)
    assert "No syntax or stream encoding errors found" in said


def source_pictures(source: Path, workdir: Path) -> list[Picture]:
    """The pages of an upload as poppler (PDF) or Pillow (images) decode them."""
    if source.suffix == ".pdf":
        return pdf_pictures(source, workdir, pages=len(page_texts(source)))
    with Image.open(source) as image:
        return [_picture(frame) for frame in ImageSequence.Iterator(image)]


def pdf_pictures(pdf: Path, workdir: Path, *, pages: int) -> list[Picture]:
    """The first picture of each of the first pages, decoded by poppler."""
    workdir.mkdir()
    found = []
    for page in range(1, pages + 1):
        prefix = workdir / f"{page}"
        run(need("pdfimages"), "-png", "-f", page, "-l", page, pdf, prefix)
        with Image.open(workdir / f"{page}-000.png") as image:
            found.append(_picture(image))
    return found


def jpeg_streams(pdf: Path, workdir: Path) -> list[bytes]:
    """The JPEG streams of a PDF as they stand in the file."""
    workdir.mkdir()
    run(need("pdfimages"), "-j", pdf, workdir / "j")
    return [file.read_bytes() for file in sorted(workdir.glob("*.jpg"))]


def page_texts(pdf: Path) -> list[str]:
    """The text of each page."""
    return run(need("pdftotext"), "-layout", pdf, "-").split("\f")[:-1]


def page_codes(pdf: Path, workdir: Path, *, dpi: int = 150) -> list[list[str]]:
    """What the QR codes of each page say."""
    workdir.mkdir()
    run(need("pdftoppm"), "-gray", "-r", dpi, pdf, workdir / "p")
    found = []
    for file in sorted(workdir.glob("*.pgm")):
        with Image.open(file) as image:
            codes = zxingcpp.read_barcodes(image, zxingcpp.BarcodeFormat.QRCode)
        found.append([code.text for code in codes])
    return found


def _picture(image: Image.Image) -> Picture:
    return image.size, image.tobytes()
