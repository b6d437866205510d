import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence
from pypdfium2 import PdfDocument

from api.samples import Sample, make_card, make_samples
from api.samples.pictures import seal_picture, signature_picture

A4_PX = (2480, 3508)
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Made:
    report: Sample
    birth: Sample
    decision: Sample


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(*make_samples(tmp_path_factory.mktemp("samples"), seed=7))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def share(picture: Image.Image, colour: str) -> float:
    """Part of the pixels in which one channel stands clear above the other two."""
    values: NDArray[np.int16] = np.asarray(picture.convert("RGB"), dtype=np.int16)
    red, green, blue = values[..., 0], values[..., 1], values[..., 2]
    if colour == "red":
        clear = (red - green > 60) & (red - blue > 60)
    else:
        clear = (blue - red > 50) & (blue - green > 30)
    return float(clear.mean())


def test_the_pdf_has_four_a4_pages_of_300_dpi_jpeg(made: Made) -> None:
    with PdfDocument(made.report.path) as pdf:
        assert len(pdf) == made.report.pages == 4
        for page in pdf:
            assert page.get_size() == pytest.approx((595.2, 841.92), abs=0.01)
            (image,) = page.get_objects()
            assert image.get_px_size() == A4_PX
            assert image.get_filters() == ["DCTDecode"]


def test_the_jpeg_is_one_a4_page_tagged_300_dpi(made: Made) -> None:
    with Image.open(made.birth.path) as picture:
        assert picture.format == "JPEG"
        assert picture.size == A4_PX
        assert picture.info["dpi"] == (300, 300)
        assert "exif" not in picture.info
    assert made.birth.pages == 1


def test_the_tiff_has_two_lzw_pages_tagged_300_dpi(made: Made) -> None:
    with Image.open(made.decision.path) as picture:
        assert picture.format == "TIFF"
        frames = [
            (frame.size, frame.info["dpi"], frame.info["compression"])
            for frame in ImageSequence.Iterator(picture)
        ]
    assert frames == [(A4_PX, (300, 300), "tiff_lzw")] * made.decision.pages


def test_the_card_is_two_png_sides_of_id1_size(tmp_path: Path) -> None:
    sides = make_card(tmp_path, seed=7)
    assert len(sides) == 2
    for side in sides:
        with Image.open(side.path) as picture:
            assert picture.format == "PNG"
            assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
            millimetres = [pixels * 25.4 / 300 for pixels in picture.size]
        assert millimetres == pytest.approx(side.page_mm, abs=0.1)


def test_red_seals_and_blue_signatures_survive_the_scanner(made: Made) -> None:
    with Image.open(made.birth.path) as picture:
        signed = picture.crop((1000, 2500, 2100, 3200))
    assert share(signed, "red") > 0.01
    assert share(signed, "blue") > 0.002
    with Image.open(made.decision.path) as picture:
        assert share(picture, "red") > 0.001


def test_the_scanner_leaves_paper_tone_skew_and_noise(made: Made) -> None:
    with Image.open(made.birth.path) as picture:
        pixels = np.asarray(picture, dtype=np.int16)
    red, _, blue = np.median(pixels.reshape(-1, 3), axis=0)
    assert 235 < red < 254
    assert red - blue > 5  # warm paper, not white
    assert pixels[400:600, 100:180].std() > 0.8
    assert pixels[:, 2:10].mean() < pixels[:, 600:640].mean() - 15  # shadow at edge
    frame = (pixels[700:2800, :900, 0] < 185).argmax(axis=1)[[0, -1]]
    assert 3 < abs(frame[0] - frame[1]) < 2100 * 0.0088  # 0.5 degrees at most


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = make_samples(tmp_path, seed=7)
    before = [made.report, made.birth, made.decision]
    assert [digest(s.path) for s in again] == [digest(s.path) for s in before]
    assert [s.requester for s in again] == [s.requester for s in before]


def test_another_seed_gives_another_card(tmp_path: Path) -> None:
    first = [digest(side.path) for side in make_card(tmp_path, seed=1)]
    again = [digest(side.path) for side in make_card(tmp_path, seed=1)]
    other = [digest(side.path) for side in make_card(tmp_path, seed=2)]
    assert first == again
    assert not set(first) & set(other)


def test_files_stay_of_a_size_offices_send(made: Made) -> None:
    assert made.report.path.stat().st_size < 6 * MEGABYTE
    assert made.birth.path.stat().st_size < 3 * MEGABYTE
    assert made.decision.path.stat().st_size < 15 * MEGABYTE


@pytest.mark.parametrize(
    ("picture", "millimetres", "colour"),
    [
        (signature_picture("Nguyễn Thị Ánh Tuyết"), (46, 22), "blue"),
        (seal_picture("Ủy ban nhân dân xã Mường Tè"), (36, 36), "red"),
    ],
    ids=["signature", "seal"],
)
def test_pictures_are_transparent_ink_of_real_size(
    picture: bytes, millimetres: tuple[int, int], colour: str
) -> None:
    with Image.open(BytesIO(picture)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        size = [pixels * 25.4 / image.info["dpi"][0] for pixels in image.size]
        assert size == pytest.approx(millimetres, abs=0.1)
        alpha = np.asarray(image.getchannel("A"))
        assert (alpha == 0).mean() > 0.5
        assert alpha[0, 0] == 0
        inked = np.asarray(image)[alpha > 128][:, :3]
        assert share(Image.fromarray(inked[None]), colour) == 1.0


def test_pictures_belong_to_their_names() -> None:
    assert signature_picture("Lò Văn Mười") == signature_picture("Lò Văn Mười")
    assert signature_picture("Lò Văn Mười") != signature_picture("Lò Văn Chín")
    assert seal_picture("Xã Mường Tè") != seal_picture("Xã Bum Tở")
