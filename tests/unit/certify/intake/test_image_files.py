"""Pixels in the canonical file equal the upload's, after the colour rule."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from certify.intake.encode import ccitt_g4
from certify.intake.page_images import read_page_images
from certify.scan import PageImage, Severity
from tests.support import scans


def only_page(path: Path) -> PageImage:
    with pikepdf.open(path) as pdf:
        (page,) = read_page_images(pdf)
    return page


def made(path: Path, folder: Path, **options: Any) -> Path:
    findings, canonical = scans.read(path, folder, **options)
    assert canonical is not None, findings
    return canonical


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("coding", ["baseline", "progressive"])
def test_jpeg_passes_through(mode: str, coding: str, tmp_path: Path) -> None:
    image = scans.drawing(mode)
    path = scans.saved(
        tmp_path / "a.jpg", image, quality=85, progressive=coding != "baseline"
    )
    canonical = made(path, tmp_path)
    page = only_page(canonical)
    assert page.stream_filter == "DCTDecode"
    assert page.dpi == pytest.approx((300, 300), abs=0.01)
    with pikepdf.open(canonical) as pdf:
        stream = pdf.pages[0].Resources.XObject.Scan.read_raw_bytes()
    (tmp_path / "clean.jpg").write_bytes(stream)
    with Image.open(path) as before, Image.open(tmp_path / "clean.jpg") as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
        assert after.mode == mode


PNG_MODES = ["RGB", "L", "1", "P"]


@pytest.mark.parametrize("mode", PNG_MODES)
def test_png_keeps_its_pixels(mode: str, tmp_path: Path) -> None:
    path = scans.saved(tmp_path / "a.png", scans.drawing(mode))
    canonical = made(path, tmp_path)
    with Image.open(path) as image:
        wanted = scans.as_gray_or_rgb(image)
    assert np.array_equal(scans.pixels(canonical), wanted)
    assert np.array_equal(scans.poppler_pixels(canonical, tmp_path), wanted)


@pytest.mark.parametrize("channels", [1, 3])
def test_flate_is_exact_for_noise(channels: int, tmp_path: Path) -> None:
    array = scans.noise((301, 263), channels)
    path = scans.saved(tmp_path / "a.png", Image.fromarray(array))
    canonical = made(path, tmp_path)
    assert only_page(canonical).stream_filter == "FlateDecode"
    assert np.array_equal(scans.pixels(canonical), array)
    assert np.array_equal(scans.poppler_pixels(canonical, tmp_path), array)


def test_group_4_is_exact_for_noise(tmp_path: Path) -> None:
    array = scans.noise((301, 303), 1) > 127
    path = scans.saved(tmp_path / "a.png", Image.fromarray(array))
    canonical = made(path, tmp_path)
    assert only_page(canonical).stream_filter == "CCITTFaxDecode"
    assert np.array_equal(scans.pixels(canonical) > 127, array)
    assert np.array_equal(scans.poppler_pixels(canonical, tmp_path) > 127, array)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 1000])
def test_group_4_takes_any_width(width: int, tmp_path: Path) -> None:
    array = scans.noise((width, 303), 1) > 127
    entries = {
        "/Width": width,
        "/Height": 303,
        "/BitsPerComponent": 1,
        "/ColorSpace": pikepdf.Name.DeviceGray,
        "/Filter": pikepdf.Name.CCITTFaxDecode,
        "/DecodeParms": pikepdf.Dictionary(K=-1, Columns=width, Rows=303),
    }
    pdf = scans.image_pdf(tmp_path / "g4.pdf", entries, ccitt_g4(array))
    assert np.array_equal(scans.pixels(pdf) > 127, array)


def test_gray_palette_becomes_gray(tmp_path: Path) -> None:
    image = scans.drawing("L").convert("P")
    canonical = made(scans.saved(tmp_path / "a.png", image), tmp_path)
    assert only_page(canonical).colour_space == "DeviceGray"


def test_alpha_is_flattened_on_white(tmp_path: Path) -> None:
    image = scans.drawing("RGBA")
    image.putalpha(Image.fromarray(scans.noise(scans.SIZE, 1)))
    canonical = made(scans.saved(tmp_path / "a.png", image), tmp_path)
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    assert np.array_equal(scans.pixels(canonical), np.asarray(paper))


def test_16_bit_gray_becomes_8_bit(tmp_path: Path) -> None:
    wide = np.linspace(0, 65535, 300 * 301).astype(np.uint16).reshape(300, 301)
    canonical = made(scans.saved(tmp_path / "a.png", Image.fromarray(wide)), tmp_path)
    wanted = np.round(wide / 257).astype(np.uint8)
    assert np.array_equal(scans.pixels(canonical), wanted)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_baked(orientation: int, tmp_path: Path) -> None:
    image = scans.drawing()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = scans.saved(tmp_path / "a.jpg", image, exif=exif, dpi=(300, 200))
    canonical = made(path, tmp_path)
    page = only_page(canonical)
    with Image.open(path) as before:
        wanted = np.asarray(ImageOps.exif_transpose(before))
    assert (page.height_px, page.width_px) == wanted.shape[:2]
    swapped = orientation >= 5
    assert page.dpi == pytest.approx((200, 300) if swapped else (300, 200), abs=0.01)
    if orientation == 1:
        assert page.stream_filter == "DCTDecode"
    else:
        assert np.array_equal(scans.pixels(canonical), wanted)


def test_cmyk_jpeg_becomes_srgb_with_a_warning(tmp_path: Path) -> None:
    path = scans.saved(tmp_path / "a.jpg", scans.drawing("CMYK"))
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None
    assert "colour.cmyk" in scans.codes(findings)
    with Image.open(path) as image:
        wanted = np.asarray(image.convert("RGB"))
    assert np.array_equal(scans.pixels(canonical), wanted)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_foreign_profile_is_converted(suffix: str, tmp_path: Path) -> None:
    profile = scans.wide_profile()
    path = scans.saved(tmp_path / f"a.{suffix}", scans.drawing(), icc_profile=profile)
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None
    assert "colour.profile" in scans.codes(findings)
    shown = scans.pixels(canonical)
    assert not np.array_equal(shown, np.asarray(scans.drawing()))
    with Image.open(path) as image:
        (tmp_path / "wide.icc").write_bytes(profile)
        wanted = ImageCms.profileToProfile(
            image,
            str(tmp_path / "wide.icc"),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    assert wanted is not None
    assert np.array_equal(shown, np.asarray(wanted))


def test_an_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = scans.saved(tmp_path / "a.jpg", scans.drawing(), icc_profile=profile)
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None
    assert only_page(canonical).stream_filter == "DCTDecode"
    assert "colour.profile" not in scans.codes(findings)
    assert profile[:60] not in canonical.read_bytes()[:2000]


TIFFS: dict[str, tuple[str, dict[str, Any]]] = {
    "g4": ("1", {"compression": "group4"}),
    "g4 min is white": ("1", {"compression": "group4", "tiffinfo": {262: 0}}),
    "raw min is white": ("1", {"tiffinfo": {262: 0}}),
    "lzw": ("RGB", {"compression": "tiff_lzw"}),
    "gray min is white": ("L", {"tiffinfo": {262: 0}}),
    "jpeg": ("RGB", {"compression": "jpeg", "quality": 90}),
    "deflate palette": ("P", {"compression": "tiff_adobe_deflate"}),
    "cmyk": ("CMYK", {}),
}


@pytest.mark.parametrize("case", TIFFS)
def test_tiff_keeps_its_pixels(case: str, tmp_path: Path) -> None:
    mode, options = TIFFS[case]
    path = scans.saved(tmp_path / "a.tif", scans.drawing(mode), **options)
    canonical = made(path, tmp_path)
    with Image.open(path) as image:
        wanted = scans.as_gray_or_rgb(image)
    assert np.array_equal(scans.pixels(canonical), wanted)
    assert wanted[0, 0].min() == 255, "the paper is white"


def test_tiff_orientation_and_pages(tmp_path: Path) -> None:
    first, second = scans.drawing("1"), scans.drawing("RGB", (420, 600))
    path = tmp_path / "a.tif"
    first.save(
        path, save_all=True, append_images=[second], dpi=(300, 200), tiffinfo={274: 6}
    )
    canonical = made(path, tmp_path)
    with pikepdf.open(canonical) as pdf:
        pages = read_page_images(pdf)
    assert [(p.width_px, p.height_px) for p in pages] == [(560, 400), (600, 420)]
    assert pages[0].dpi == pytest.approx((200, 300), abs=0.01)
    turned = np.rot90(np.asarray(second), 3)
    assert np.array_equal(scans.pixels(canonical, 2), turned)


def test_nothing_but_pixels_survives(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-EXIF"
    jpeg = scans.jpeg(scans.drawing(), exif=exif, comment=b"SECRET-COM")
    (tmp_path / "a.jpg").write_bytes(jpeg + b"SECRET-TAIL PK\x03\x04")
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SECRET-TEXT")
    scans.saved(tmp_path / "a.png", scans.drawing(), pnginfo=notes)
    with (tmp_path / "a.png").open("ab") as file:
        file.write(b"SECRET-TAIL")
    scans.saved(tmp_path / "a.tif", scans.drawing(), description="SECRET-TAG")
    for name in ("a.jpg", "a.png", "a.tif"):
        assert b"SECRET" in (tmp_path / name).read_bytes()
        canonical = made(tmp_path / name, tmp_path)
        assert b"SECRET" not in canonical.read_bytes()
        assert b"Exif" not in canonical.read_bytes()
        with pikepdf.open(canonical) as pdf:
            assert not any(
                isinstance(o, pikepdf.Stream) and b"SECRET" in o.read_raw_bytes()
                for o in pdf.objects
            )


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_same_upload_same_bytes(suffix: str, tmp_path: Path) -> None:
    path = scans.saved(tmp_path / f"a.{suffix}", scans.drawing())
    first = made(path, tmp_path).read_bytes()
    assert made(path, tmp_path).read_bytes() == first


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_canonical_file_is_sound(suffix: str, tmp_path: Path) -> None:
    canonical = made(scans.saved(tmp_path / f"a.{suffix}", scans.drawing()), tmp_path)
    done = subprocess.run(
        ["qpdf", "--check", canonical], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with pikepdf.open(canonical) as pdf:
        assert "/Info" not in pdf.trailer
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf.Root.Metadata.read_bytes()


def test_no_resolution_needs_the_paper_size(tmp_path: Path) -> None:
    scans.drawing().save(tmp_path / "a.png")
    findings, canonical = scans.read(tmp_path / "a.png", tmp_path)
    assert canonical is None
    assert "resolution.missing" in scans.codes(findings)
    findings, canonical = scans.read(tmp_path / "a.png", tmp_path, [40.0, 28.57])
    assert canonical is not None
    assert "page.stated_size" not in scans.codes(findings)
    page = only_page(canonical)
    assert page.width_milli_pt < page.height_milli_pt, "turned to suit the image"
    findings, _ = scans.read(tmp_path / "a.png", tmp_path, [40.0, 40.0])
    assert "page.stated_size" in scans.codes(findings)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_files_are_named(suffix: str, keep: float, tmp_path: Path) -> None:
    image = Image.fromarray(scans.noise((300, 300)))
    path = scans.saved(tmp_path / f"a.{suffix}", image)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert [f.code for f in findings if f.severity is Severity.BLOCK] == [
        "file.damaged"
    ]


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg/>", b"GIF89a", b"RIFF....WEBP"])
def test_unknown_bytes_are_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    findings, canonical = scans.read(tmp_path / "a", tmp_path)
    assert canonical is None
    assert scans.codes(findings) == {"file.unrecognised"}
