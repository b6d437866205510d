"""Joined, ordered, turned, dropped, reduced: the same pixels, or fewer of them."""

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from certify.intake import arrange, child, tasks
from certify.intake.page_images import NotCanonical
from certify.scan import PageImage, page_digest, pages_from_json
from tests.support import scans

DPI_600 = (600, 600)


def canonical(folder: Path, name: str, *images: Image.Image, **options: object) -> Path:
    """A canonical scan of one TIFF page, JPEG or PNG per image."""
    upload = folder / name
    images[0].save(
        upload,
        **{
            "dpi": scans.DPI,
            **({"save_all": True, "append_images": images[1:]} if images[1:] else {}),
            **options,
        },
    )
    workdir = folder / f"{name}-made"
    workdir.mkdir()
    _findings, made = scans.read(upload, workdir)
    assert made is not None
    return made


def arranged(
    folder: Path, parts: list[Path], pages: list[list[int]], dpi: int | None = None
) -> tuple[Path, tuple[PageImage, ...], int]:
    folder.mkdir()
    answer = arrange.arrange([str(p) for p in parts], pages, dpi, str(folder))
    made = folder / tasks.CANONICAL
    return made, described(made), answer["saved"]


def described(path: Path) -> tuple[PageImage, ...]:
    return pages_from_json(child.read_pages(str(path)))


def shown(path: Path, page: int, folder: Path, width: int) -> scans.Array:
    """A page as it is seen, one pixel of the image to one of the picture."""
    child.render_preview(str(path), page, str(folder / "shown.png"), width)
    with Image.open(folder / "shown.png") as image:
        return np.asarray(image.convert("RGB"))


def paper_like(mode: str, size: tuple[int, int]) -> Image.Image:
    """Print and seal on paper with a grain, as a scanner sees it."""
    grain = Image.fromarray(scans.noise((size[0] // 2, size[1] // 2))).resize(size)
    return Image.blend(scans.drawing("RGB", size), grain, 0.1).convert(mode)


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    """A JPEG that passes through, two gray pages and one of one bit."""
    return [
        canonical(tmp_path, "a.jpg", scans.drawing()),
        canonical(
            tmp_path, "b.tif", scans.drawing("L"), scans.drawing("L").rotate(180)
        ),
        canonical(tmp_path, "c.png", scans.drawing("1")),
    ]


def test_pages_of_files_follow_each_other_byte_for_byte(
    parts: list[Path], tmp_path: Path
) -> None:
    order = [[3, 1, 0], [2, 2, 0], [1, 1, 0], [2, 1, 0]]
    made, pages, saved = arranged(tmp_path / "made", parts, order)
    assert saved == 0
    assert pages == tuple(described(parts[p - 1])[n - 1] for p, n, _ in order)
    for at, (part, number, _) in enumerate(order, 1):
        assert np.array_equal(
            scans.pixels(made, at), scans.pixels(parts[part - 1], number)
        )


def test_the_order_of_before_gives_the_file_of_before(
    parts: list[Path], tmp_path: Path
) -> None:
    made, _pages, _ = arranged(tmp_path / "made", [parts[1]], [[1, 1, 0], [1, 2, 0]])
    assert made.read_bytes() == parts[1].read_bytes()


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_turn_shows_the_same_pixels_turned(
    parts: list[Path], tmp_path: Path, part: int, degrees: int
) -> None:
    source = parts[part - 1]
    made, (page,), _ = arranged(tmp_path / "made", parts, [[part, 1, degrees]])
    (upright, *_) = described(source)
    assert page == upright.turned(degrees)
    assert page.stream_sha256 == upright.stream_sha256
    assert page_digest([page]) != page_digest([upright])
    assert page.dpi == upright.dpi
    wide = upright.height_px if degrees % 180 else upright.width_px
    before = shown(source, 1, tmp_path, upright.width_px)
    after = shown(made, 1, tmp_path, wide)
    wanted = np.rot90(before, -degrees // 90)
    assert after.shape == wanted.shape
    assert np.array_equal(after, wanted)


def test_a_turn_and_its_opposite_leave_the_digest(parts: list[Path]) -> None:
    (upright,) = described(parts[0])
    assert page_digest([upright.turned(90).turned(270)]) == page_digest([upright])


@pytest.mark.parametrize("dpi", [200, 250, 300, 457])
@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_reduced_never_below_what_was_asked(
    tmp_path: Path, mode: str, dpi: int
) -> None:
    size = (1203, 1681)
    picture = scans.drawing("1", size) if mode == "1" else paper_like(mode, size)
    name = "a.jpg" if mode == "RGB" else "a.png"
    source = canonical(tmp_path, name, picture, dpi=DPI_600)
    made, (page,), saved = arranged(tmp_path / "made", [source], [[1, 1, 90]], dpi)
    (before,) = described(source)
    assert dpi <= min(page.dpi) < dpi + 1
    assert saved == pytest.approx(source.stat().st_size - made.stat().st_size, abs=200)
    assert saved > 0
    assert page.bits == before.bits
    expected = {"RGB": "DCTDecode", "L": "DCTDecode", "1": "CCITTFaxDecode"}
    assert page.stream_filter == expected[mode]
    assert (page.turn, page.width_milli_pt) == (90, before.height_milli_pt)
    small = Image.fromarray(scans.pixels(made)).convert("L").resize((100, 140))
    large = picture.convert("L").resize((100, 140))
    apart = np.abs(np.asarray(small, int) - np.asarray(large, int))
    assert apart.mean() < 8.0


def test_nothing_is_enlarged_or_coded_again_without_gain(tmp_path: Path) -> None:
    source = canonical(tmp_path, "a.jpg", scans.drawing(), dpi=(200, 200))
    made, _pages, saved = arranged(tmp_path / "made", [source], [[1, 1, 0]], 300)
    assert saved == 0
    assert made.read_bytes() == source.read_bytes()


def test_a_lossless_page_at_the_target_becomes_a_jpeg(tmp_path: Path) -> None:
    rough = Image.fromarray(scans.noise((400, 560)))
    source = canonical(tmp_path, "a.png", rough, dpi=(200, 200))
    _made, (page,), saved = arranged(tmp_path / "made", [source], [[1, 1, 0]], 200)
    assert (page.stream_filter, page.width_px) == ("DCTDecode", 400)
    assert saved > 0


def test_only_canonical_files_are_joined(tmp_path: Path) -> None:
    foreign = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    with pytest.raises(NotCanonical):
        arranged(tmp_path / "made", [foreign], [[1, 1, 0]])


@pytest.mark.parametrize(
    "matrix", ["0 -96 134.4 0 0 95", "0 96 134.4 0 0 0", "-96 0 0 134.4 96 0"]
)
def test_no_other_matrix_is_read_back(
    parts: list[Path], tmp_path: Path, matrix: str
) -> None:
    made, _pages, _ = arranged(tmp_path / "made", parts, [[1, 1, 90]])
    with pikepdf.open(made) as pdf:
        pdf.pages[0].obj.Contents = pdf.make_stream(
            f"q {matrix} cm /Scan Do Q".encode()
        )
        pdf.save(tmp_path / "other.pdf", compress_streams=False)
    with pytest.raises(NotCanonical):
        child.read_pages(str(tmp_path / "other.pdf"))
