"""Broken files that the fuzzer found: each is refused by name, none escapes."""

from io import BytesIO
from pathlib import Path

from certify.scan import Severity
from tests.fuzz.mutate.images import png_chunks, png_file
from tests.fuzz.mutate.pdf_file import Parts
from tests.support import scans


def refusal(data: bytes, folder: Path) -> set[str]:
    path = folder / "broken"
    path.write_bytes(data)
    findings, made = scans.read(path, folder)
    assert made is None
    return {f.code for f in findings if f.severity is Severity.BLOCK}


def test_a_palette_png_without_its_palette(tmp_path: Path) -> None:
    """Pillow fails with an AssertionError."""
    whole = BytesIO()
    scans.drawing("P").save(whole, "PNG", dpi=scans.DPI)
    chunks = [c for c in png_chunks(whole.getvalue()) if c[0] != b"PLTE"]
    assert refusal(png_file(chunks), tmp_path) == {"file.damaged"}


def test_a_page_tree_with_a_word_among_its_pages(tmp_path: Path) -> None:
    """The library raises an error outside its own family of errors of a PDF."""
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    parts = Parts.of(path.read_bytes())
    (tree,) = (part for part in parts.objects if b"/Kids" in part.head)
    tree.head = tree.head.replace(b"]", b"/AcroForm << /Fields [ 1 0 R ] >> ]")
    assert refusal(parts.write(), tmp_path) == {"file.damaged"}
