"""JPEG 2000 as a file and inside a PDF: the same pixels, or refused by name."""

import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from tests.support import scans
from tests.support.boxes import with_header_boxes
from tests.support.real import need
from tests.support.scans import Array

MM = [33.87, 47.41]  # what 400 × 560 pixels measure at 300 dpi
ENUMERATED = b"\x01\0\0"


def coded(image: Image.Image, *, bare: bool = False) -> bytes:
    data = BytesIO()
    image.save(data, "JPEG2000", irreversible=False, no_jp2=bare)
    return data.getvalue()


def taken(folder: Path, data: bytes, *, in_pdf: bool) -> tuple[set[str], Array | None]:
    """Codes and pixels of it as an upload, or on the page of one."""
    if in_pdf:
        entries = {
            "/Width": 400,
            "/Height": 560,
            "/Filter": pikepdf.Name.JPXDecode,
        }
        path = scans.image_pdf(folder / "a.pdf", entries, data)
    else:
        path = folder / "a.jp2"
        path.write_bytes(data)
    findings, canonical = scans.read(path, folder, None if in_pdf else MM)
    return scans.codes(findings), scans.pixels(canonical) if canonical else None


in_both = pytest.mark.parametrize("in_pdf", [False, True], ids=["upload", "in a PDF"])


@in_both
@pytest.mark.parametrize("bare", [False, True], ids=["jp2", "codestream"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pixels_are_exact(mode: str, bare: bool, in_pdf: bool, tmp_path: Path) -> None:  # noqa: FBT001 - parameters of the test
    image = scans.drawing(mode)
    image.paste(Image.fromarray(scans.noise((200, 200))).convert(mode), (150, 200))
    codes, shown = taken(tmp_path, coded(image, bare=bare), in_pdf=in_pdf)
    assert np.array_equal(shown, np.asarray(image))
    assert not codes & {"colour.cmyk", "colour.profile", "content.rendered"}


@in_both
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [12, 16])
def test_more_than_8_bit(
    bits: int,
    channels: int,
    in_pdf: bool,  # noqa: FBT001 - as above
    tmp_path: Path,
) -> None:
    """White stays white: Pillow made it black."""
    shape = (560, 400, channels)
    wide = np.random.default_rng(2).integers(0, 2**bits, shape, np.uint16)
    wide[:50] = 2**bits - 1
    kind = "P6" if channels == 3 else "P5"
    portable = tmp_path / ("a.ppm" if channels == 3 else "a.pgm")
    head = f"{kind}\n400 560\n{2**bits - 1}\n".encode()
    portable.write_bytes(head + wide.astype(">u2").tobytes())
    path = tmp_path / "a.jp2"
    subprocess.run([need("opj_compress"), "-i", portable, "-o", path], check=True)
    _, shown = taken(tmp_path, path.read_bytes(), in_pdf=in_pdf)
    assert shown is not None
    high = wide.squeeze().astype(float) / (2**bits - 1) * 255
    assert np.abs(shown - high).max() <= 1.5


@in_both
def test_palette(in_pdf: bool, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    image = scans.drawing("P")
    palette = bytes(image.getpalette() or [])
    plain = coded(Image.fromarray(np.asarray(image)))
    table = (len(palette) // 3).to_bytes(2) + b"\x03" + b"\x07" * 3 + palette
    mapping = b"".join(b"\0\0\x01" + bytes([n]) for n in range(3))
    data = with_header_boxes(
        plain, colr=ENUMERATED + (16).to_bytes(4), pclr=table, cmap=mapping
    )
    _, shown = taken(tmp_path, data, in_pdf=in_pdf)
    assert np.array_equal(shown, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opacity_is_flattened_on_white(mode: str, tmp_path: Path) -> None:
    image = scans.drawing(mode)
    image.putalpha(Image.fromarray(scans.noise(scans.SIZE, 1)))
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    _, shown = taken(tmp_path, coded(image), in_pdf=False)
    assert shown is not None
    shown = shown if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2)
    assert np.array_equal(shown, np.asarray(paper))


@in_both
def test_cmyk_is_converted_like_other_cmyk(in_pdf: bool, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    image = scans.drawing("CMYK")
    codes, shown = taken(tmp_path, coded(image), in_pdf=in_pdf)
    assert "colour.cmyk" in codes
    entries = {
        "/Width": 400,
        "/Height": 560,
        "/BitsPerComponent": 8,
        "/ColorSpace": pikepdf.Name.DeviceCMYK,
    }
    path = scans.image_pdf(tmp_path / "b.pdf", entries, image.tobytes())
    plain = scans.read(path, tmp_path)[1]
    assert plain is not None
    assert np.array_equal(shown, scans.pixels(plain))


@in_both
def test_its_profile_is_applied(in_pdf: bool, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    profile = scans.wide_profile()
    data = with_header_boxes(coded(scans.drawing()), colr=b"\x02\0\0" + profile)
    codes, shown = taken(tmp_path, data, in_pdf=in_pdf)
    assert "colour.profile" in codes
    wanted = ImageCms.profileToProfile(
        scans.drawing(),
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
    )
    assert shown is not None
    assert np.abs(shown.astype(int) - np.asarray(wanted)).max() <= 2


def test_ycc_is_read_as_openjpeg_reads_it(tmp_path: Path) -> None:
    """Subsampled luminance and colour differences, ISO/IEC 15444-1 §I.5.3.3."""
    raw = tmp_path / "a.raw"
    raw.write_bytes(scans.noise((400, 560), 1).tobytes() + bytes([90, 170]) * 56_000)
    path, seen = tmp_path / "b.jp2", tmp_path / "b.ppm"
    layout = "400,560,3,8,u@1x1:2x2:2x2"
    subprocess.run(
        [need("opj_compress"), "-i", raw, "-o", path, "-F", layout], check=True
    )
    subprocess.run([need("opj_decompress"), "-i", path, "-o", seen], check=True)
    _, shown = taken(tmp_path, path.read_bytes(), in_pdf=False)
    with Image.open(seen) as image:
        assert np.array_equal(shown, np.asarray(image))


def test_its_resolution_makes_the_paper(tmp_path: Path) -> None:
    """Dots per metre as a fraction with an exponent, §I.5.3.7.1."""
    per_metre = (11811).to_bytes(2) + (1).to_bytes(2)
    resolution = (18).to_bytes(4) + b"resc" + per_metre * 2 + b"\0\0"
    data = with_header_boxes(coded(scans.drawing()), res_=resolution)
    (tmp_path / "a.jp2").write_bytes(data)
    findings, canonical = scans.read(tmp_path / "a.jp2", tmp_path)
    assert canonical is not None, findings
    (tmp_path / "b.jp2").write_bytes(coded(scans.drawing()))
    findings, canonical = scans.read(tmp_path / "b.jp2", tmp_path)
    assert canonical is None
    assert scans.codes(findings) == {"resolution.missing"}


CIE_LAB = (14).to_bytes(4)


@pytest.mark.parametrize(
    ("mode", "boxes"),
    [
        ("RGB", {"colr": ENUMERATED + CIE_LAB}),
        ("RGBA", {"cdef": (1).to_bytes(2) + b"\0\x03\0\x02\0\0"}),  # premultiplied
        ("L", {"colr": ENUMERATED + (16).to_bytes(4)}),  # sRGB of one component
    ],
)
def test_uncertain_colours_are_refused_by_name(
    mode: str, boxes: dict[str, bytes], tmp_path: Path
) -> None:
    data = with_header_boxes(coded(scans.drawing(mode)), **boxes)
    codes, shown = taken(tmp_path, data, in_pdf=False)
    assert shown is None
    assert "file.unsupported" in codes


def test_four_bare_channels_are_refused_by_name(tmp_path: Path) -> None:
    data = coded(scans.drawing("RGBA"), bare=True)
    codes, shown = taken(tmp_path, data, in_pdf=False)
    assert shown is None
    assert "file.unsupported" in codes


def test_the_codestream_counts_not_the_dictionary(tmp_path: Path) -> None:
    codes, shown = taken(tmp_path, coded(scans.drawing(size=(800, 1120))), in_pdf=True)
    assert shown is None
    assert "file.damaged" in codes
