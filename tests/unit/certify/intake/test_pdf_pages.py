"""PDF pages: one image keeps its pixels, anything else is rendered and said so."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from certify.intake.encode import ccitt_g4
from certify.intake.geometry import Turn
from certify.intake.page_images import read_page_images
from certify.scan import PageImage
from tests.support import scans

Name = pikepdf.Name
PLACES = {  # content matrix of a 96 × 134.4 pt image on its page, page size
    "none": ("96 0 0 134.4 0 0", (96, 134.4)),
    "left": ("0 96 -134.4 0 134.4 0", (134.4, 96)),
    "half": ("-96 0 0 -134.4 96 134.4", (96, 134.4)),
    "right": ("0 -96 134.4 0 0 96", (134.4, 96)),
    "mirror": ("-96 0 0 134.4 96 0", (96, 134.4)),
    "mirror half": ("96 0 0 -134.4 0 134.4", (96, 134.4)),
    "mirror left": ("0 -96 -134.4 0 134.4 96", (134.4, 96)),
    "mirror right": ("0 96 134.4 0 0 0", (134.4, 96)),
}


def pages_of(path: Path) -> tuple[PageImage, ...]:
    with pikepdf.open(path) as pdf:
        return read_page_images(pdf)


def result(path: Path, folder: Path) -> tuple[set[str], Path]:
    findings, canonical = scans.read(path, folder)
    assert canonical is not None, findings
    return scans.codes(findings), canonical


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("place", PLACES)
def test_turns_are_baked_as_poppler_shows_them(
    place: str, rotate: int, tmp_path: Path
) -> None:
    matrix, (width, height) = PLACES[place]
    original = np.asarray(scans.drawing())
    path = scans.raw_pdf(
        tmp_path / "a.pdf",
        original,
        content=f"q {matrix} cm /Im Do Q",
        page={"/MediaBox": [0, 0, width, height], "/Rotate": rotate},
    )
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    shown = scans.pixels(canonical).astype(int)
    assert any(np.array_equal(turn.apply(original), shown) for turn in Turn)
    # poppler resamples, so its pixels are near, not equal
    seen = scans.rendered_by_poppler(path, tmp_path / "seen").astype(int)
    assert seen.shape == shown.shape
    assert np.abs(seen - shown).mean() < 12
    for turn in Turn:
        other = turn.apply(original).astype(int)
        if other.shape == seen.shape and not np.array_equal(other, shown):
            assert np.abs(seen - other).mean() > 20


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpeg_passes_through(mode: str, tmp_path: Path) -> None:
    data = scans.jpeg(scans.drawing(mode), comment=b"SECRET")
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing(mode), data=data + b"TAIL")
    codes, canonical = result(path, tmp_path)
    assert pages_of(canonical)[0].stream_filter == "DCTDecode"
    assert not codes & {"content.rendered", "file.repaired"}
    assert b"SECRET" not in canonical.read_bytes()
    assert b"TAIL" not in canonical.read_bytes()


def test_jpeg_under_flate_passes_through(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(
        tmp_path / "a.pdf",
        scans.drawing(),
        data=zlib.compress(scans.jpeg(scans.drawing())),
        image={"/Filter": [Name.FlateDecode, Name.DCTDecode]},
    )
    assert pages_of(result(path, tmp_path)[1])[0].stream_filter == "DCTDecode"


NOT_PLAIN: dict[str, dict[str, Any]] = {
    "decode": {"/Decode": [1, 0, 1, 0, 1, 0]},
    "colour key": {"/Mask": [250, 255, 250, 255, 250, 255]},
    "transform": {"/DecodeParms": pikepdf.Dictionary(ColorTransform=0)},
    "lab": {"/ColorSpace": [Name.Lab, pikepdf.Dictionary(WhitePoint=[0.96, 1, 0.82])]},
    "calibrated": {
        "/ColorSpace": [
            Name.CalRGB,
            pikepdf.Dictionary(WhitePoint=[0.95, 1, 1.09], Gamma=[1.0, 1.0, 1.0]),
        ]
    },
}


@pytest.mark.parametrize("case", NOT_PLAIN)
def test_a_jpeg_with_conditions_is_decoded(case: str, tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing(), image=NOT_PLAIN[case])
    canonical = result(path, tmp_path)[1]
    assert pages_of(canonical)[0].stream_filter != "DCTDecode"


def test_a_foreign_profile_is_converted(tmp_path: Path) -> None:
    def space(pdf: pikepdf.Pdf) -> pikepdf.Object:
        profile = pikepdf.Stream(pdf, scans.wide_profile(), N=3)
        return pikepdf.Array([Name.ICCBased, profile])

    path = scans.jpeg_pdf(
        tmp_path / "a.pdf", scans.drawing(), image={"/ColorSpace": space}
    )
    codes, canonical = result(path, tmp_path)
    assert "colour.profile" in codes
    plain = scans.jpeg_pdf(tmp_path / "b.pdf", scans.drawing())
    shown = scans.pixels(canonical).astype(int)
    other = scans.pixels(result(plain, tmp_path)[1]).astype(int)
    assert np.abs(shown - other).max() > 40


def test_dictionary_and_frame_must_agree(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing(), image={"/Width": 300})
    findings, canonical = scans.read(path, tmp_path)
    if canonical is None:
        assert "file.damaged" in scans.codes(findings)
    else:
        assert pages_of(canonical)[0].width_px == 300


BITS = np.asarray(scans.drawing("1"))


@pytest.mark.parametrize("case", ["raw", "inverted", "g4", "g4 black is 1", "stencil"])
def test_one_bit_images_stay_one_bit(case: str, tmp_path: Path) -> None:
    height, width = BITS.shape
    packed = np.packbits(BITS, axis=1).tobytes()
    parameters = pikepdf.Dictionary(K=-1, Columns=width, Rows=height)
    entries: dict[str, Any] = {
        "/Width": width,
        "/Height": height,
        "/BitsPerComponent": 1,
        "/ColorSpace": Name.DeviceGray,
    }
    match case:
        case "inverted":
            entries["/Decode"] = [1, 0]
            packed = np.packbits(~BITS, axis=1).tobytes()
        case "g4" | "g4 black is 1":
            inverted = case == "g4 black is 1"
            parameters["/BlackIs1"] = inverted
            packed = ccitt_g4(~BITS if inverted else BITS)
            entries |= {"/Filter": Name.CCITTFaxDecode, "/DecodeParms": parameters}
        case "stencil":
            entries["/ImageMask"] = True
            del entries["/ColorSpace"]
        case _:
            pass
    path = scans.image_pdf(tmp_path / "a.pdf", entries, packed)
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    assert pages_of(canonical)[0].stream_filter == "CCITTFaxDecode"
    assert np.array_equal(scans.pixels(canonical) > 127, BITS)


def test_palette(tmp_path: Path) -> None:
    image = scans.drawing("P")
    palette = bytes(image.getpalette() or [])
    space = [
        Name.Indexed,
        Name.DeviceRGB,
        len(palette) // 3 - 1,
        pikepdf.String(palette),
    ]
    path = scans.raw_pdf(
        tmp_path / "a.pdf", np.asarray(image), image={"/ColorSpace": space}
    )
    wanted = np.asarray(image.convert("RGB"))
    assert np.array_equal(scans.pixels(result(path, tmp_path)[1]), wanted)


def test_soft_mask_is_painted_on_white(tmp_path: Path) -> None:
    def mask(pdf: pikepdf.Pdf) -> pikepdf.Object:
        return pikepdf.Stream(
            pdf,
            bytes([128]) * (400 * 560),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=400,
            Height=560,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
        )

    array = np.asarray(scans.drawing())
    path = scans.raw_pdf(tmp_path / "b.pdf", array, image={"/SMask": mask})
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    half = 255 - (255 - array.astype(int)) * 128 / 255
    assert np.abs(scans.pixels(canonical) - half).max() <= 2


def test_jpeg_2000_is_decoded_exactly(tmp_path: Path) -> None:
    scans.drawing().save(tmp_path / "a.jp2", irreversible=False)
    entries = {"/Width": 400, "/Height": 560, "/Filter": Name.JPXDecode}
    path = scans.image_pdf(
        tmp_path / "a.pdf", entries, (tmp_path / "a.jp2").read_bytes()
    )
    canonical = result(path, tmp_path)[1]
    assert np.array_equal(scans.pixels(canonical), np.asarray(scans.drawing()))


IMAGE = "q 96 0 0 134.4 0 0 cm /Im Do Q "
FONT = {
    "/Font": {
        "/F": {"/Type": Name.Font, "/Subtype": Name.Type1, "/BaseFont": Name.Helvetica}
    }
}


@pytest.mark.parametrize(
    "content",
    [
        IMAGE,
        "q 1 0 0 1 0 0 cm " + IMAGE + "Q",
        "q 0 0 96 134 re W n " + IMAGE + "Q",
        IMAGE + "BT /F 12 Tf ( ) Tj ET",
        "/Artifact BMC " + IMAGE + "EMC",
        "/Perceptual ri 1 i 0 g " + IMAGE,
    ],
)
def test_harmless_company(content: str, tmp_path: Path) -> None:
    path = scans.jpeg_pdf(
        tmp_path / "a.pdf", scans.drawing(), content=content, resources=FONT
    )
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    assert pages_of(canonical)[0].stream_filter == "DCTDecode"


@pytest.mark.parametrize(
    "content",
    [
        IMAGE + "BT /F 12 Tf 10 10 Td (visible) Tj ET",
        "BT /F 12 Tf 10 10 Td (below) Tj ET " + IMAGE,
        IMAGE + "0 0 10 10 re f",
        IMAGE + IMAGE,
        "q 0 0 50 134 re W n " + IMAGE + "Q",
        "q 10 10 m 90 10 l 50 130 l W n " + IMAGE + "Q",
        "q 96 3 -3 134.4 0 0 cm /Im Do Q",
        "q 80 0 0 112 8 11 cm /Im Do Q",
        "/GS gs " + IMAGE,
        "/OC /MC BDC " + IMAGE + "EMC",
        IMAGE + "BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI",
        IMAGE + "/Missing Do",
        IMAGE + "/Missing sh",
    ],
)
def test_anything_else_is_rendered(content: str, tmp_path: Path) -> None:
    resources = {**FONT, "/ExtGState": {"/GS": {"/ca": 0.5}}}
    path = scans.jpeg_pdf(
        tmp_path / "a.pdf", scans.drawing(), content=content, resources=resources
    )
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" in codes
    page = pages_of(canonical)[0]
    assert (page.width_px, page.height_px) == (400, 560)
    assert page.dpi == pytest.approx((300, 300), abs=0.01)


def test_hidden_text_is_dropped(tmp_path: Path) -> None:
    content = IMAGE + "BT 3 Tr /F 12 Tf 10 10 Td (SECRET) Tj ET"
    path = scans.jpeg_pdf(
        tmp_path / "a.pdf", scans.drawing(), content=content, resources=FONT
    )
    codes, canonical = result(path, tmp_path)
    assert "content.hidden_text" in codes
    assert "content.rendered" not in codes
    assert b"SECRET" not in canonical.read_bytes()


def test_an_image_inside_a_form_is_found(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        form = pdf.make_stream(
            b"48 0 0 67.2 0 0 cm /Im Do",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 48, 67.2],
            Matrix=[2, 0, 0, 2, 0, 0],
            Resources=page.Resources,
        )
        page.Resources = pikepdf.Dictionary(XObject={"/Fm": form})
        page.Contents = pdf.make_stream(b"/Fm Do")
        pdf.save(path)
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    assert pages_of(canonical)[0].stream_filter == "DCTDecode"


def test_a_form_that_draws_itself_ends(tmp_path: Path) -> None:
    path = scans.jpeg_pdf(tmp_path / "a.pdf", scans.drawing())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        form = pdf.make_stream(
            b"/Fm Do /Fm Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 96, 134]
        )
        form.Resources = pikepdf.Dictionary(XObject={"/Fm": form})
        page.Resources.XObject["/Fm"] = form
        page.Contents = pdf.make_stream(b"/Fm Do " + IMAGE.encode())
        pdf.save(path)
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert "file.damaged" in scans.codes(findings)


def test_user_unit_and_crop_box_make_the_paper(tmp_path: Path) -> None:
    array = np.asarray(scans.drawing())
    path = scans.raw_pdf(
        tmp_path / "a.pdf",
        array,
        content="q 48 0 0 67.2 5 7 cm /Im Do Q",
        page={"/UserUnit": 2.0, "/CropBox": [5, 7, 53, 74.2]},
    )
    codes, canonical = result(path, tmp_path)
    assert "content.rendered" not in codes
    page = pages_of(canonical)[0]
    assert (page.width_milli_pt, page.height_milli_pt) == (96_000, 134_400)


def test_source_resolution_counts_on_rendered_pages(tmp_path: Path) -> None:
    image = Image.fromarray(np.asarray(scans.drawing())[::3, ::3])
    path = scans.jpeg_pdf(
        tmp_path / "a.pdf",
        image,
        content=IMAGE + "BT /F 12 Tf (x) Tj ET",
        resources=FONT,
    )
    findings, _ = scans.read(path, tmp_path)
    assert {"resolution.low", "content.rendered"} <= scans.codes(findings)
