"""What reading a scan costs beside decoding its pages: `python -m bench.intake`.

One file: the sample school report, 4 pages of A4 in colour at 300 dpi, JPEG in a PDF.
All contenders see it once a round. CPU of all processes: intake works in children.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from api.previews import DEFAULT_WIDTH
from api.samples.make import make_samples
from bench.measure import (
    Cost,
    Spread,
    cpu_with_descendants,
    run_rounds,
    table,
)
from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner

DECODE, PREVIEW = "decode", "PDFium previews"
READ, WHOLE = "read", "read and previews"
MOST = 1.5
ROUNDS = 15
QUICK_ROUNDS = 2
_SEED = 5


class _Decode:
    name = DECODE
    job = "every page image decoded once with Pillow, in colour"

    def __init__(self, scan: Path) -> None:
        with pikepdf.open(scan) as pdf:
            self._streams = [
                bytes(image.read_raw_bytes())
                for page in pdf.pages
                for image in page.obj.Resources.XObject.as_dict().values()
            ]

    def once(self) -> Cost:
        return _timed(self._work)

    def _work(self) -> None:
        for stream in self._streams:
            with Image.open(BytesIO(stream), formats=("JPEG",)) as image:
                image.load()


class _Preview:
    """The picture the desk shows of every page, made in this process by PDFium."""

    job = "every page painted by PDFium at the desk's reading width"

    def __init__(self, scan: Path, *, png: bool) -> None:
        self.name = f"{PREVIEW}, PNG" if png else PREVIEW
        self.job = type(self).job + (" and saved as PNG" if png else "")
        self._scan, self._png = scan, png

    def once(self) -> Cost:
        return _timed(self._work)

    def _work(self) -> None:
        document = pdfium.PdfDocument(self._scan)
        try:
            for page in document:
                bitmap = page.render(scale=DEFAULT_WIDTH / page.get_width())
                if self._png:
                    image = bitmap.to_pil()
                    image.save(BytesIO(), format="PNG", compress_level=3)
        finally:
            document.close()


class _Intake:
    """All of intake, in its children: one to read, one to read back, one a preview."""

    def __init__(self, scan: Path, intake: SandboxedIntake, *, previews: bool) -> None:
        self.name = WHOLE if previews else READ
        self.job = (
            "upload to canonical scan: structure, JPEG cleaned, all checks, digests, "
            "read back by a second child"
            + ("; then a preview of each page, each in a child" if previews else "")
        )
        self._scan, self._intake, self._previews = scan, intake, previews

    def once(self) -> Cost:
        with tempfile.TemporaryDirectory() as folder:
            return _timed(lambda: self._work(Path(folder)))

    def _work(self, folder: Path) -> None:
        read = self._intake.read(self._scan, None, folder)
        if self._previews:
            for page in range(1, len(read.pages) + 1):
                target = folder / f"{page}.png"
                self._intake.preview(read.path, page, target, DEFAULT_WIDTH)


def _timed(work: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), cpu_with_descendants()
    work()
    return Cost(cpu_with_descendants() - cpu, time.perf_counter() - wall)


def measure(folder: Path, *, rounds: int) -> dict[str, Spread]:
    """CPU of every contender on one file; interleaved."""
    folder.mkdir(exist_ok=True)
    scan = make_samples(folder, seed=_SEED)[0].path
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        intake = SandboxedIntake(runner=runner)
        contenders = (
            _Decode(scan),
            _Preview(scan, png=False),
            _Preview(scan, png=True),
            _Intake(scan, intake, previews=False),
            _Intake(scan, intake, previews=True),
        )
        return run_rounds(contenders, rounds, warm_up=1)


def ratios(rows: Mapping[str, Spread]) -> dict[str, float]:
    """What the target speaks of, and the same without the work of saving PNG."""
    decode, plain = rows[DECODE].median, rows[PREVIEW].median
    saved = rows[f"{PREVIEW}, PNG"].median
    return {
        "read / (decode + previews)": rows[READ].median / (decode + plain),
        "read and previews / (decode + previews, PNG)": rows[WHOLE].median
        / (decode + saved),
        "read and previews / (decode + previews)": rows[WHOLE].median
        / (decode + plain),
    }


def lines(rows: Mapping[str, Spread]) -> Iterator[str]:
    """Markdown for the page of results."""
    return table("intake of 4 pages, 300 dpi, colour", rows, ratios(rows))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), rounds=ROUNDS)
    print("\n".join(lines(rows)))
    return 0 if ratios(rows)["read / (decode + previews)"] <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
