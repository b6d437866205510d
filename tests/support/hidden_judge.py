"""Does a canonical scan hold the visible pixels, and nothing of what was hidden?

`python -m tests.support.hidden_judge 2000` tries that many files (`make hidden`).
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium

from certify.scan import Severity
from tests.support import scans
from tests.support.hidden import Hiding, hidings
from tests.support.hidden_families import FAMILIES

RUN = 18  # bytes of six pixels of noise: never there by chance


def judge(hiding: Hiding, workdir: Path) -> str:
    """Return "refused", "clean", or what is wrong."""
    workdir.mkdir()
    findings, made = scans.read(hiding.path, workdir)
    if any(finding.severity is Severity.BLOCK for finding in findings):
        return "refused"
    if made is None:
        return "neither refused nor made"
    pixels = scans.pixels(made)
    if _survives(hiding, made, pixels):
        return "hidden content survives"
    return "clean" if np.array_equal(pixels, _seen(hiding.path, pixels)) else "differs"


def _seen(path: Path, like: scans.Array) -> scans.Array:
    """The page as PDFium shows it, without annotations, in the same form."""
    document = pdfium.PdfDocument(path)
    try:
        page = document[0]
        scale = like.shape[1] / page.get_width()
        shown = page.render(
            scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True
        ).to_numpy()[..., :3]
    finally:
        document.close()
    return np.array(shown[..., 0] if like.ndim == 2 else shown)


def _survives(hiding: Hiding, made: Path, pixels: scans.Array) -> bool:
    everything = made.read_bytes() + pixels.tobytes()
    with pikepdf.open(made) as pdf:
        for found in pdf.objects:
            if isinstance(found, pikepdf.Stream):
                everything += found.read_raw_bytes()
    needles = [
        hiding.text,
        hiding.text.hex().encode(),
        hiding.text.decode().encode("utf-16-be"),
    ]
    needles += [row.tobytes()[:RUN] for row in hiding.image]
    return any(needle in everything for needle in needles)


def main(count: int) -> int:
    """Try `count` files; print a table; 0 if nothing is wrong."""
    each = -(-count // len(FAMILIES))
    table: dict[str, Counter[str]] = {family: Counter() for family in FAMILIES}
    with tempfile.TemporaryDirectory() as folder:
        for number, hiding in enumerate(hidings(Path(folder), each, seed=2026)):
            answer = judge(hiding, Path(folder) / str(number))
            table[hiding.family][answer] += 1
    for family, answers in table.items():
        sys.stdout.write(f"{family:20} {dict(answers)}\n")
    total: Counter[str] = sum(table.values(), Counter())
    sys.stdout.write(f"{'all':20} {dict(total)}\n")
    return 0 if set(total) <= {"clean", "refused"} else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
