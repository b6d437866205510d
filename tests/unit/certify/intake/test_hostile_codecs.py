"""Bombs and broken files of every codec: a named finding, soon, in a small child."""

import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from certify.errors import ScanRefused
from certify.intake import tasks
from certify.intake.reader import SandboxedIntake
from certify.isolation.limits import Limits
from certify.isolation.runner import IsolatedRunner
from certify.scan import CanonicalScan
from tests.support import jbig2, scans
from tests.support.boxes import box
from tests.support.png import RGB, chunk
from tests.support.real import need

MM = (210.0, 297.0)
SOON = 20.0  # seconds
NAMED = {
    "file.damaged",
    "file.unsupported",
    "file.too_slow",
    "file.too_much_memory",
    "file.crashed",
    "file.too_large_decoded",
    "page.too_many_pixels",
    "page.absurd_size",
}


@pytest.fixture(scope="module")
def runner() -> Iterator[IsolatedRunner]:
    with IsolatedRunner(tasks=tasks.TASKS, preload=tasks.PRELOAD) as runner:
        yield runner


def header_png(width: int, height: int) -> bytes:
    """All of a page in a few bytes: rows of zeros deflate a thousandfold."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, RGB, 0, 0, 0])
    deflate = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    data = b"".join(deflate.compress(row) for _ in range(min(height, 50)))
    idat = chunk(b"IDAT", data + deflate.flush())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + idat + chunk(b"IEND", b"")


def big_tiff_claim(folder: Path) -> bytes:
    path = folder / "small.tif"
    scans.saved(path, scans.drawing("1"), compression="group4")
    data = bytearray(path.read_bytes())
    for tag in (256, 257):  # ImageWidth, ImageLength
        at = data.index(tag.to_bytes(2, "little") + b"\x03\0\x01\0\0\0") + 2
        data[at : at + 2] = b"\x04\0"
        data[at + 6 : at + 10] = (24_000 if tag == 256 else 6_000).to_bytes(4, "little")
    return bytes(data)


def codestream(size: tuple[int, int]) -> bytes:
    """A JPEG 2000 that announces more than it brings (ISO/IEC 15444-1 §A.5.1)."""
    small = BytesIO()
    scans.drawing().save(small, "JPEG2000", no_jp2=True)
    data = bytearray(small.getvalue())
    for at, value in ((8, size[0]), (12, size[1]), (24, size[0]), (28, size[1])):
        data[at : at + 4] = value.to_bytes(4)  # Xsiz Ysiz XTsiz YTsiz
    return bytes(data)


def many_tiles(_: Path) -> bytes:
    """Tiles of one pixel: ten million of them."""
    data = bytearray(codestream((5000, 2000)))
    data[24:32] = (1).to_bytes(4) * 2
    return bytes(data)


def in_pdf(
    data: bytes, size: tuple[int, int], stream_filter: str
) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        entries = {
            "/Width": size[0],
            "/Height": size[1],
            "/BitsPerComponent": 1 if stream_filter == "JBIG2Decode" else 8,
            "/ColorSpace": pikepdf.Name.DeviceGray,
            "/Filter": pikepdf.Name(f"/{stream_filter}"),
        }
        return scans.image_pdf(folder / "x.pdf", entries, data).read_bytes()

    return make


def heic_claim(folder: Path) -> bytes:
    """A HEIC whose `ispe` says 30,000 × 30,000."""
    scans.drawing().save(folder / "x.png")
    path = folder / "x.heic"
    command = [need("heif-enc"), folder / "x.png", "-o", path]
    subprocess.run(command, check=True, capture_output=True)
    data = path.read_bytes()
    said = box(b"ispe", bytes(4) + (400).to_bytes(4) + (560).to_bytes(4))
    if said not in data:
        raise ValueError("not the file this was written for")
    huge = box(b"ispe", bytes(4) + (30_000).to_bytes(4) * 2)
    return data.replace(said, huge)


def half(kind: str, **options: object) -> Callable[[Path], bytes]:
    def make(_: Path) -> bytes:
        file = BytesIO()
        Image.fromarray(scans.noise((700, 700))).save(file, kind, **options)
        return file.getvalue()[: file.tell() // 2]

    return make


WHITE = np.ones((560, 400), np.bool_)
GENERIC = jbig2.generic_page(WHITE)[30:]  # without its page's head
BOMBS: dict[str, Callable[[Path], bytes]] = {
    "PNG of 24,000 × 6,000": lambda _: header_png(24_000, 6_000),
    "PNG of 60,000 × 60,000": lambda _: header_png(60_000, 60_000),
    "TIFF that claims 24,000 × 6,000": big_tiff_claim,
    "JPEG 2000 of 60,000 × 60,000": lambda _: codestream((60_000, 60_000)),
    "JPEG 2000 of 7,000 × 7,000": lambda _: codestream((7_000, 7_000)),
    "JPEG 2000 of ten million tiles": many_tiles,
    "JPEG 2000 in a PDF that lies": in_pdf(
        codestream((20_000, 20_000)), (400, 560), "JPXDecode"
    ),
    "JBIG2 page larger than said": in_pdf(
        jbig2.page_head(60_000, 60_000) + GENERIC, (400, 560), "JBIG2Decode"
    ),
    "HEIC of 30,000 × 30,000": heic_claim,
    "half a PNG": half("PNG"),
    "half a TIFF": half("TIFF", compression="tiff_lzw"),
    "half a JPEG": half("JPEG"),
    "half a JPEG 2000": half("JPEG2000", irreversible=False),
}


@pytest.mark.parametrize("case", BOMBS)
def test_is_named_and_soon_over(
    case: str, runner: IsolatedRunner, tmp_path: Path
) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(BOMBS[case](tmp_path))
    begun = time.monotonic()
    try:
        scan: CanonicalScan | None = SandboxedIntake(runner=runner).read(
            upload, MM, tmp_path
        )
    except ScanRefused as refused:
        scan, found = None, refused.findings
    else:
        found = scan.findings
    assert time.monotonic() - begun < SOON
    codes = {finding.code for finding in found}
    # a page may stay white where data is missing; it is never taken without a word
    assert codes & (NAMED if scan is None else {"page.all_blank", "page.blank"})
    assert children(runner) == []


def children(runner: IsolatedRunner) -> list[str]:
    pid = runner.zygote_pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_time_is_earned_page_by_page(runner: IsolatedRunner, tmp_path: Path) -> None:
    """Six pages of a third of a second, at first with one second for all of them."""
    pages = [Image.fromarray(scans.noise((1500, 1500))) for _ in range(6)]
    upload = tmp_path / "a.tif"
    pages[0].save(upload, save_all=True, append_images=pages[1:], dpi=(300, 300))
    stuck = Limits(cpu_seconds=1, wall_seconds=60)
    with pytest.raises(ScanRefused) as refused:
        SandboxedIntake(runner=runner, reading=stuck).read(upload, None, tmp_path)
    assert [f.code for f in refused.value.findings] == ["file.too_slow"]
    earning = Limits(cpu_seconds=1, cpu_most_seconds=30, wall_seconds=60)
    scan = SandboxedIntake(runner=runner, reading=earning).read(upload, None, tmp_path)
    assert len(scan.pages) == 6
