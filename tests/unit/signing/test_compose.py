"""Revision 1: what stands where, and that nothing is lost or covered."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from certify.attestation import CopyOrder
from signing.canvas import MM, Box, Canvas
from signing.compose import Pictures, compose
from signing.embed import FontPrograms
from signing.layout import BAND_HEIGHT, LAST_PAGE, draw_last_page, draw_widget
from signing.page_images import NotACopyError, read_page_images
from signing.pictures import Picture
from signing.record import copy_record, read_record
from signing.sealer import PadesSealer
from tests.support.builders import AUTHORITY_ID, SIGNATORY_ID
from tests.support.real import need
from tests.support.sealing import (
    ADDRESS,
    make_canonical_scan,
    make_order,
)

LONG = "Quyết định về việc công nhận kết quả kỳ thi tuyển công chức " * 3


@pytest.fixture
def order(sealer: PadesSealer, tmp_path: Path) -> CopyOrder:
    scan = make_canonical_scan(tmp_path / "scan.pdf", pages=2)
    return make_order(sealer, scan, tmp_path)


@pytest.fixture
def composed(
    order: CopyOrder, fonts: FontPrograms, pictures: dict[str, Picture]
) -> Path:
    target = order.workdir / "composed.pdf"
    both = Pictures(pictures[SIGNATORY_ID], pictures[AUTHORITY_ID])
    compose(order, fonts=fonts, pictures=both, target=target)
    return target


def render(path: Path, folder: Path, dpi: int = 150) -> list[Image.Image]:
    tool = need("pdftoppm")
    subprocess.run(
        [tool, "-r", str(dpi), "-png", path, folder / "page"], check=True, timeout=60
    )
    pages = []
    for file in sorted(folder.glob("page-*.png")):
        with Image.open(file) as page:
            pages.append(page.convert("RGB"))
    return pages


def test_page_images_are_carried_over_byte_for_byte(
    order: CopyOrder, composed: Path
) -> None:
    with pikepdf.open(composed) as pdf:
        assert len(pdf.pages) == 3
        assert read_page_images(pdf) == order.scan.pages


def test_a_page_grows_at_its_foot_and_keeps_its_scale(composed: Path) -> None:
    with pikepdf.open(composed) as pdf:
        box = [float(v) for v in pdf.pages[0].MediaBox]
    assert box == [0, 0, 595.2, pytest.approx(841.92 + BAND_HEIGHT, abs=0.001)]


def test_the_scan_shows_the_same_pixels_in_the_copy(
    order: CopyOrder, composed: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    scan = np.asarray(render(order.scan.path, tmp_path / "a")[0])
    copy = np.asarray(render(composed, tmp_path / "b")[0])
    assert copy.shape[0] - scan.shape[0] == pytest.approx(18 / 25.4 * 150, abs=1)
    difference = np.abs(copy[: scan.shape[0]].astype(int) - scan.astype(int))
    assert difference.mean() < 1  # rendering moves by less than a pixel


def test_every_page_carries_a_qr_that_decodes_to_the_address(
    composed: Path, tmp_path: Path
) -> None:
    pages = render(composed, tmp_path, dpi=200)
    assert len(pages) == 3
    for page in pages:
        assert [code.text for code in zxingcpp.read_barcodes(page)] == [ADDRESS]


def test_a_narrow_page_carries_no_band(
    sealer: PadesSealer,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf", width=340, height=500)
    target = tmp_path / "composed.pdf"
    both = Pictures(pictures[SIGNATORY_ID], pictures[AUTHORITY_ID])
    compose(
        make_order(sealer, scan, tmp_path), fonts=fonts, pictures=both, target=target
    )
    with pikepdf.open(target) as pdf:
        assert float(pdf.pages[0].MediaBox[3]) == 240
        assert read_page_images(pdf) == scan.pages


@pytest.mark.parametrize("width", [355, 500, 1240, 5000])
def test_band_text_stays_inside_pages_of_any_width(
    width: int,
    sealer: PadesSealer,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf", width=width, height=800)
    target = tmp_path / "composed.pdf"
    both = Pictures(pictures[SIGNATORY_ID], pictures[AUTHORITY_ID])
    compose(
        make_order(sealer, scan, tmp_path, authority_name=LONG[:150]),
        fonts=fonts,
        pictures=both,
        target=target,
    )
    words = subprocess.run(
        [need("pdftotext"), "-f", "1", "-l", "1", "-bbox", target, "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    edges = [float(part.split('"')[0]) for part in words.split('xMax="')[1:]]
    assert edges
    assert max(edges) < width * 0.48 - 16 * MM  # left of the QR


def test_vietnamese_text_can_be_read_back(composed: Path) -> None:
    text = subprocess.run(
        [need("pdftotext"), "-layout", composed, "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    for expected in (
        "Chứng thực bản sao đúng với bản chính",
        "Số chứng thực 07, quyển số 01/2026-SCTĐT/BS",
        "Bản sao điện tử được chuyển đổi từ văn bản giấy",
        "ỦY BAN NHÂN DÂN XÃ MƯỜNG TÈ",
        "Trang 2/2",
    ):
        assert expected in text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"original_title": LONG[:200], "authority_name": LONG[:200]},
        {"signatory_title": ("TUQ. CHỦ TỊCH", LONG[:200].upper())},
        {"original_title": "W" * 200, "signatory_name": "Nguyễn " * 28 + "Á"},
    ],
)
def test_nothing_overlaps_on_the_last_page(
    changes: dict[str, object],
    sealer: PadesSealer,
    fonts: FontPrograms,
    pictures: dict[str, Picture],
    tmp_path: Path,
) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    order = make_order(sealer, scan, tmp_path, **changes)
    page = draw_last_page(
        Canvas(fonts.typeface),
        order,
        signature=pictures[SIGNATORY_ID],
        seal=pictures[AUTHORITY_ID],
    )
    assert not page.person_widget.meets(page.seal_widget)
    for widget in (page.person_widget, page.seal_widget):
        assert not widget.meets(page.signature_picture)
        assert not widget.meets(page.seal_picture)
        assert widget.y > 40 * MM  # room for the foot
        assert widget.x >= 0
        assert widget.x + widget.width <= LAST_PAGE.width
    overlap = page.seal_picture.x + page.seal_picture.width - page.signature_picture.x
    assert overlap == pytest.approx(page.signature_picture.width / 3)


def test_signature_fields_show_nothing_of_their_own(composed: Path) -> None:
    with pikepdf.open(composed) as pdf:
        fields = list(pdf.Root.AcroForm.Fields)
        assert [bytes(f.AP.N.read_bytes()) for f in fields] == [b"", b""]
        lock = fields[1].Lock
        assert (str(lock.Action), int(lock.P)) == ("/Include", 1)
        assert [str(name) for name in lock.Fields] == [str(f.T) for f in fields]


@pytest.mark.parametrize("name", ["Lò Văn Thử", LONG[:200], "W" * 200])
def test_text_under_a_signature_field_stays_inside_it(
    name: str, fonts: FontPrograms
) -> None:
    canvas = Canvas(fonts.typeface)
    box = Box(100, 200, 230, 24 * MM)
    draw_widget(canvas, box, ("Cơ quan chứng thực (ký số)", name, name, "Thời gian"))
    places = [
        [float(v) for v in found.groups()]
        for operators in canvas.operators
        if (found := re.search(rb"([\d.]+) ([\d.]+) Td", operators))
    ]
    assert len(places) >= 4
    assert all(box.x < x for x, _ in places)
    assert all(box.y + 1 * MM < y < box.y + box.height for _, y in places)


def test_the_record_is_signed_metadata_and_reads_back(
    order: CopyOrder, composed: Path
) -> None:
    with pikepdf.open(composed) as pdf:
        assert read_record(pdf.Root.Metadata.read_bytes()) == copy_record(order)
        assert "/Info" not in pdf.trailer


def test_record_values_with_markup_survive(sealer: PadesSealer, tmp_path: Path) -> None:
    scan = make_canonical_scan(tmp_path / "scan.pdf")
    title = 'Giấy "A" & <b>B</b> &amp; C'
    order = make_order(sealer, scan, tmp_path, original_title=title)
    from signing.record import xmp_packet  # noqa: PLC0415 - only here

    assert read_record(xmp_packet(copy_record(order)))["title"] == title


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.__setitem__("/Rotate", 90),
        lambda page: page.__setitem__("/CropBox", pikepdf.Array([0, 0, 100, 100])),
        lambda page: page.Resources.XObject.Scan.__setitem__(
            "/Decode", pikepdf.Array([1, 0, 1, 0, 1, 0])
        ),
        lambda page: page.MediaBox.__setitem__(2, 500),
    ],
    ids=["rotate", "crop", "decode", "box"],
)
def test_a_page_of_another_shape_is_not_a_copy(change: object, composed: Path) -> None:
    with pikepdf.open(composed) as pdf:
        change(pdf.pages[0].obj)  # type: ignore[operator]
        with pytest.raises(NotACopyError):
            read_page_images(pdf)
