"""`python -m bench.large [--pages 200] [--megabytes 100] [--quick]`: a big upload.

Colour pages of A4 at 300 dpi, every page different, as one PDF of JPEG pages, and as a
G4 TIFF of as many pages. Each goes through intake in its child, while a small scan is
read again and again by its side; then the PDF is certified through the command line and
its copy is checked by pdfsig. Prints time, the child's peak memory, and how long the
small scans took. `--quick` leaves the certifying out.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.runner import IsolatedRunner

A4 = (2480, 3508)  # pixels at 300 dpi
DPI = 300
MB = 1_000_000
ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Watch:
    """What was seen while a big file was read."""

    pages: int = 0
    wall: float = 0.0
    peak_mb: float = 0.0
    small: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        small = sorted(self.small) or [float("nan")]
        return (
            f"{self.wall:.1f} s, child's peak {self.peak_mb:.0f} MB; meanwhile "
            f"{len(self.small)} small scans, median {small[len(small) // 2]:.2f} s, "
            f"longest {small[-1]:.2f} s"
        )


def page_jpegs(count: int, size: int) -> Iterator[bytes]:
    """Pages of print and a seal on grainy paper, of some `size` bytes each."""
    grain = np.random.default_rng(1).normal(0, 3.0, (A4[1], A4[0], 1))
    paper = np.clip(np.array((250, 247, 238)) + grain, 0, 255).astype(np.uint8)
    quality = _quality(Image.fromarray(paper), size)
    for number in range(1, count + 1):
        image = Image.fromarray(np.roll(paper, number * 37, axis=(0, 1)))
        _print(image, number)
        yield _jpeg(image, quality)


def _print(image: Image.Image, number: int) -> None:
    draw = ImageDraw.Draw(image)
    for line in range(240, 2900, 90):
        text = f"CONG HOA XA HOI CHU NGHIA VIET NAM  {number}  " * 2
        draw.text((200, line), text, fill=(25, 25, 50), font_size=44)
    draw.ellipse((1500, 2700, 2100, 3300), outline=(200, 30, 30), width=14)


def _quality(image: Image.Image, size: int) -> int:
    _print(image := image.copy(), 0)
    return max(
        (q for q in range(30, 96, 3) if len(_jpeg(image, q)) <= size), default=30
    )


def _jpeg(image: Image.Image, quality: int) -> bytes:
    data = BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def write_pdf(path: Path, jpegs: Iterable[bytes]) -> None:
    points = tuple(side / DPI * 72 for side in A4)
    with pikepdf.new() as pdf:
        for data in jpegs:
            page = pdf.add_blank_page(page_size=points)
            image = pdf.make_stream(
                data,
                Subtype=pikepdf.Name.Image,
                Width=A4[0],
                Height=A4[1],
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceRGB,
            )
            image.Filter = pikepdf.Name.DCTDecode
            page.Resources = pikepdf.Dictionary(XObject={"/Im": image})
            drawn = f"q {points[0]:.3f} 0 0 {points[1]:.3f} 0 0 cm /Im Do Q"
            page.Contents = pdf.make_stream(drawn.encode())
        pdf.save(path)


def write_tiff(path: Path, count: int) -> None:
    pages = []
    for number in range(count):
        page = Image.new("RGB", A4, "white")
        _print(page, number)
        pages.append(page.convert("1"))
    options = {"save_all": True, "append_images": pages[1:], "dpi": (DPI, DPI)}
    pages[0].save(path, "TIFF", compression="group4", **options)


def read(runner: IsolatedRunner, upload: Path, small: Path, folder: Path) -> Watch:
    """Read `upload` into folder/big, and `small` beside it all the while."""
    watch = Watch()
    intake = SandboxedIntake(runner=runner)
    with _beside(watch, runner, small, folder):
        begun = time.perf_counter()
        scan = intake.read(upload, None, _folder(folder / "big"))
        watch.wall = time.perf_counter() - begun
        watch.pages = len(scan.pages)
    print(
        f"{upload.name}: {upload.stat().st_size / MB:.0f} MB, {len(scan.pages)} pages"
        f" -> {scan.size_bytes / MB:.0f} MB; {watch}",
        flush=True,
    )
    return watch


@contextmanager
def _beside(
    watch: Watch, runner: IsolatedRunner, small: Path, folder: Path
) -> Iterator[None]:
    done = threading.Event()
    intake = SandboxedIntake(runner=runner)

    def look() -> None:
        while not done.wait(0.05):
            watch.peak_mb = max(watch.peak_mb, _largest_child(runner.zygote_pid))

    def ask() -> None:
        while not done.wait(0.5):
            begun = time.perf_counter()
            intake.read(small, None, _folder(folder / "small"))
            watch.small.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=look), threading.Thread(target=ask)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _largest_child(zygote: int | None) -> float:
    """Peak resident set of the zygote's largest child, in MB."""
    peaks = [0.0]
    for entry in Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split():
        try:
            status = Path(f"/proc/{entry}/status").read_text()
        except OSError:
            continue  # it ended meanwhile
        lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        peaks += [int(line.split()[1]) / 1024 for line in lines]
    return max(peaks)


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


def certify(upload: Path, folder: Path) -> None:
    """Issue a copy through the command line, and ask pdfsig about it."""
    copy = folder / "copy.pdf"
    command = [sys.executable, "-m", "api", "copy", upload, "--out", copy]
    told = ["--requester", "Lò Thị Mai", "--title", "Hồ sơ 200 trang"]
    where = ["--data", folder / "data", "--accept", "đo tệp lớn"]
    begun = time.perf_counter()
    subprocess.run([*command, *told, *where], check=True, cwd=ROOT)
    wall = time.perf_counter() - begun
    asked = ["pdfsig", "-nocert", copy]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    print(
        f"copy: {copy.stat().st_size / MB:.0f} MB in {wall:.1f} s from intake to file; "
        f"pdfsig: {said.count('Signature is Valid')} valid, "
        f"whole file signed: {'Total document signed' in said}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--quick", action="store_true", help="intake only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pdf, tiff, small = folder / "big.pdf", folder / "big.tif", folder / "small.jpg"
        size = int(arguments.megabytes * MB / arguments.pages)
        write_pdf(pdf, page_jpegs(arguments.pages, size))
        write_tiff(tiff, arguments.pages)
        with Image.open(BytesIO(next(page_jpegs(1, 400_000)))) as page:
            page.resize((1240, 1754)).save(small, dpi=(200, 200))
        with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
            read(runner, pdf, small, folder)
            read(runner, tiff, small, folder)
        if not arguments.quick:
            certify(pdf, folder)


if __name__ == "__main__":
    main()
