"""PDFs that look like a scan and carry something a reader does not see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

from tests.support import scans
from tests.support.hidden_draft import BOX, SCAN, SIDE, Draft
from tests.support.hidden_families import FAMILIES, SECOND_REVISION


@dataclass(frozen=True)
class Hiding:
    """A finished file, and what must not be in a canonical scan of it."""

    family: str
    path: Path
    text: bytes
    image: scans.Array


def hidings(folder: Path, each: int, *, seed: int) -> Iterator[Hiding]:
    """Write `each` files of every family."""
    for place, (family, make) in enumerate(FAMILIES.items()):
        for number in range(each):
            rng = np.random.default_rng([seed, place, number])
            path = folder / f"{family.replace(' ', '-')}-{number}.pdf"
            yield _write(family, make, path, rng)


def _write(
    family: str,
    make: Callable[[Draft], None],
    path: Path,
    rng: np.random.Generator,
) -> Hiding:
    text = "HIDDEN" + "".join(f"{n:02X}" for n in rng.integers(0, 256, 8))
    image = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=BOX)
        draft = Draft(pdf, text, image, rng)
        draft.page.Resources = Dictionary(
            XObject=Dictionary(Im=_scan(pdf, rng)),
            Font=Dictionary(
                F=Dictionary(
                    Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica
                )
            ),
        )
        make(draft)
        draft.page.Contents = pdf.make_stream(draft.content.encode())
        pdf.save(path, compress_streams=False)
    if family in SECOND_REVISION:
        _append_revision(path, rng)
    return Hiding(family, path, text.encode(), image)


def _scan(pdf: Pdf, rng: np.random.Generator) -> pikepdf.Object:
    picture = scans.drawing(str(rng.choice(["RGB", "L"])))
    gray = picture.mode == "L"
    data, entries = scans.jpeg(picture), {"Filter": Name.DCTDecode}
    if rng.random() < 0.5:
        data, entries = picture.tobytes(), {}
    return pdf.make_indirect(
        Stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=picture.width,
            Height=picture.height,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray if gray else Name.DeviceRGB,
            **entries,
        )
    )


def _append_revision(path: Path, rng: np.random.Generator) -> None:
    """Show the plain scan only; what came before stays in the file's first part."""
    with pikepdf.open(path) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
        size = int(pdf.trailer.Size)
        root = pdf.trailer.Root.objgen[0]
    data = path.read_bytes()
    before = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    content = SCAN.encode() + b" " * int(rng.integers(0, 9))
    at = len(data) + 1
    data += b"\n%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content))
    data += content + b"\nendstream\nendobj\n"
    table = len(data)
    data += b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    data += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, before)
    data += b"startxref\n%d\n%%%%EOF\n" % table
    path.write_bytes(data)
