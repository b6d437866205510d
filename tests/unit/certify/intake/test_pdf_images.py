"""Every kind of image a PDF may hold (ISO 32000-2 §8.9), by pixels written down here.

The samples are noise, so that a wrong shift, order or rounding cannot hide, and what
must come out is computed from the standard, not by another reader.
"""

import base64
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest

from certify.intake.page_images import read_page_images
from tests.support import ccitt, scans
from tests.support.scans import Array

Name, Dictionary = pikepdf.Name, pikepdf.Dictionary
WIDTH, HEIGHT = 400, 560  # a page of 34 × 47 mm: odd row lengths below 8 bit
WHITE_POINT = [0.9505, 1.0, 1.089]
RANDOM = np.random.default_rng(11)


def samples(bits: int, channels: int = 1) -> Array:
    shape = (HEIGHT, WIDTH, channels) if channels > 1 else (HEIGHT, WIDTH)
    return RANDOM.integers(0, 2**bits, shape, np.uint16)


def packed(array: Array, bits: int) -> bytes:
    """Rows of samples, each padded to whole bytes (ISO 32000-2 §8.9.5.2)."""
    rows = array.reshape(array.shape[0], -1)
    if bits == 16:
        return rows.astype(">u2").tobytes()
    spread = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(spread.reshape(rows.shape[0], -1), axis=1).tobytes()


def taken(folder: Path, entries: dict[str, Any], data: bytes) -> tuple[set[str], Array]:
    """Read a page of one image; its codes and canonical pixels as RGB or gray."""
    named = {"/Width": WIDTH, "/Height": HEIGHT, **entries}
    path = scans.image_pdf(folder / "a.pdf", named, data)
    findings, canonical = scans.read(path, folder)
    assert canonical is not None, findings
    with pikepdf.open(canonical) as pdf:
        (page,) = read_page_images(pdf)
    assert (page.width_px, page.height_px) == (WIDTH, HEIGHT)
    shown = scans.pixels(canonical)
    codes = scans.codes(findings)
    assert "content.rendered" not in codes
    return codes, shown * np.uint8(255) if shown.dtype == np.bool_ else shown


def same(shown: Array, wanted: Array, most: int = 0) -> None:
    """Equal, or off by `most` where the standard leaves the rounding open."""
    if shown.ndim < wanted.ndim:
        shown = np.repeat(shown[..., None], 3, axis=2)
    assert shown.shape == wanted.shape
    assert int(np.abs(shown.astype(int) - wanted.astype(int)).max()) <= most


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("space", ["DeviceGray", "DeviceRGB"])
def test_every_depth(bits: int, inverted: bool, space: str, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    channels = 3 if space == "DeviceRGB" else 1
    array = samples(bits, channels)
    entries: dict[str, Any] = {
        "/BitsPerComponent": bits,
        "/ColorSpace": Name(f"/{space}"),
    }
    if inverted:
        entries["/Decode"] = [1, 0] * channels
    _, shown = taken(tmp_path, entries, packed(array, bits))
    value = array.astype(float) / (2**bits - 1)
    wanted = np.round(255 * (1 - value if inverted else value))
    # PDFium cuts off instead of rounding: 16 bit, and colour turned round by /Decode
    cut_off = bits == 16 or (inverted and channels == 3)
    same(shown, wanted, 1 if cut_off else 0)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("as_stream", [False, True])
def test_indexed(bits: int, as_stream: bool, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    count = 2**bits
    palette = RANDOM.integers(0, 256, (count, 3), np.uint8)
    table: Any = pikepdf.String(palette.tobytes())

    def space(pdf: pikepdf.Pdf) -> pikepdf.Object:
        found = pikepdf.Stream(pdf, palette.tobytes()) if as_stream else table
        return pikepdf.Array([Name.Indexed, Name.DeviceRGB, count - 1, found])

    array = samples(bits)
    entries = {"/BitsPerComponent": bits, "/ColorSpace": space}
    _, shown = taken(tmp_path, entries, packed(array, bits))
    same(shown, palette[array])


def flate(data: bytes) -> bytes:
    return zlib.compress(data)


def png_predicted(data: bytes, row: int) -> bytes:
    """PNG filters 0 to 4 in turn (ISO/IEC 15948 §9), three bytes per pixel."""
    out, above = bytearray(), bytes(row)
    for number, at in enumerate(range(0, len(data), row)):
        line = data[at : at + row]
        kind = number % 5
        out.append(kind)
        for i, value in enumerate(line):
            left = line[i - 3] if i >= 3 else 0
            corner = above[i - 3] if i >= 3 else 0
            up = above[i]
            near = min((left, up, corner), key=lambda p: abs(left + up - corner - p))
            guess = (0, left, up, (left + up) // 2, near)[kind]
            out.append((value - guess) & 255)
        above = line
    return bytes(out)


def tiff_predicted(array: Array) -> bytes:
    before = np.zeros_like(array)
    before[:, 1:] = array[:, :-1]
    return (array - before).astype(np.uint8).tobytes()


def run_length(data: bytes) -> bytes:
    """Copies of 100 bytes and a run (ISO 32000-2 §7.4.5)."""
    parts = []
    for at in range(0, len(data), 100):
        part = data[at : at + 100]
        parts.append(bytes([len(part) - 1]) + part)
    return b"".join(parts) + b"\x80"


def ascii85(data: bytes) -> bytes:
    return base64.a85encode(data) + b"~>"


def lzw(data: bytes) -> bytes:
    """LZW with EarlyChange 1 that clears before codes grow (ISO 32000-2 §7.4.4)."""
    codes: list[int] = []
    for at in range(0, len(data), 200):
        codes += [256, *data[at : at + 200]]
    spread = (np.array([*codes, 257])[:, None] >> np.arange(8, -1, -1)) & 1
    return np.packbits(spread.astype(bool)).tobytes()


RGB = samples(8, 3).astype(np.uint8)
FILTERS: dict[str, tuple[Callable[[bytes], bytes], dict[str, Any]]] = {
    "flate": (flate, {"/Filter": Name.FlateDecode}),
    "flate, PNG predictors": (
        lambda data: flate(png_predicted(data, 3 * WIDTH)),
        {
            "/Filter": Name.FlateDecode,
            "/DecodeParms": Dictionary(Predictor=15, Colors=3, Columns=WIDTH),
        },
    ),
    "flate, TIFF predictor": (
        lambda _: flate(tiff_predicted(RGB)),
        {
            "/Filter": Name.FlateDecode,
            "/DecodeParms": Dictionary(Predictor=2, Colors=3, Columns=WIDTH),
        },
    ),
    "lzw": (lzw, {"/Filter": Name.LZWDecode}),
    "run length": (run_length, {"/Filter": Name.RunLengthDecode}),
    "ascii 85 of flate": (
        lambda data: ascii85(flate(data)),
        {"/Filter": [Name.ASCII85Decode, Name.FlateDecode]},
    ),
    "hex of run length": (
        lambda data: run_length(data).hex().encode() + b">",
        {"/Filter": [Name.ASCIIHexDecode, Name.RunLengthDecode]},
    ),
}


@pytest.mark.parametrize("case", FILTERS)
def test_every_filter(case: str, tmp_path: Path) -> None:
    encode, entries = FILTERS[case]
    named = {"/BitsPerComponent": 8, "/ColorSpace": Name.DeviceRGB, **entries}
    _, shown = taken(tmp_path, named, encode(RGB.tobytes()))
    same(shown, RGB)


@pytest.mark.parametrize("case", ccitt.CODINGS)
@pytest.mark.parametrize("black_is_1", [False, True])
def test_fax(case: str, black_is_1: bool, tmp_path: Path) -> None:  # noqa: FBT001 - as above
    white = np.asarray(scans.drawing("1"))
    coding = ccitt.CODINGS[case]
    parameters = {"Columns": WIDTH, "Rows": HEIGHT, **coding.parameters}
    entries = {
        "/BitsPerComponent": 1,
        "/ColorSpace": Name.DeviceGray,
        "/Filter": Name.CCITTFaxDecode,
        "/DecodeParms": Dictionary(BlackIs1=black_is_1, **parameters),
    }
    _, shown = taken(tmp_path, entries, ccitt.encoded(white, coding))
    # T.4 knows black and white; /BlackIs1 says which sample stands for black
    wanted = ~white if black_is_1 else white
    same(shown, wanted * np.uint8(255))


def soft_mask(alpha: Array, **entries: Any) -> Callable[[pikepdf.Pdf], pikepdf.Object]:
    def make(pdf: pikepdf.Pdf) -> pikepdf.Object:
        mask = pikepdf.Stream(pdf, alpha.tobytes())
        mask.stream_dict = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=alpha.shape[1],
            Height=alpha.shape[0],
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
            **entries,
        )
        return pdf.make_indirect(mask)

    return make


RGB_ENTRIES = {"/BitsPerComponent": 8, "/ColorSpace": Name.DeviceRGB}


def on_white(colour: Array, alpha: Array) -> Array:
    cover = alpha.astype(float)[..., None] / 255
    return np.round(255 - (255 - colour.astype(float)) * cover)


def test_soft_mask_of_noise(tmp_path: Path) -> None:
    alpha = samples(8).astype(np.uint8)
    entries = {**RGB_ENTRIES, "/SMask": soft_mask(alpha)}
    _, shown = taken(tmp_path, entries, RGB.tobytes())
    same(shown, on_white(RGB, alpha), 1)


def test_soft_mask_with_matte(tmp_path: Path) -> None:
    """Colours premultiplied with black (ISO 32000-2 §11.6.5.2)."""
    alpha = samples(8).astype(np.uint8)
    cover = alpha.astype(float)[..., None] / 255
    premultiplied = np.round(RGB * cover).astype(np.uint8)
    entries = {**RGB_ENTRIES, "/SMask": soft_mask(alpha, Matte=[0, 0, 0])}
    _, shown = taken(tmp_path, entries, premultiplied.tobytes())
    same(shown, premultiplied + (255 - alpha.astype(float))[..., None], 2)


def test_explicit_mask(tmp_path: Path) -> None:
    """A stencil says where nothing is painted: there the paper is white."""
    hidden = samples(1).astype(bool)

    def mask(pdf: pikepdf.Pdf) -> pikepdf.Object:
        stencil = pikepdf.Stream(pdf, np.packbits(hidden, axis=1).tobytes())
        stencil.stream_dict = Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            ImageMask=True,
            Width=WIDTH,
            Height=HEIGHT,
            BitsPerComponent=1,
        )
        return pdf.make_indirect(stencil)

    _, shown = taken(tmp_path, {**RGB_ENTRIES, "/Mask": mask}, RGB.tobytes())
    same(shown, np.where(hidden[..., None], 255, RGB))


def test_colour_key_mask(tmp_path: Path) -> None:
    entries = {**RGB_ENTRIES, "/Mask": [0, 127, 0, 255, 0, 255]}
    _, shown = taken(tmp_path, entries, RGB.tobytes())
    same(shown, np.where(RGB[..., :1] < 128, 255, RGB))


def tint(expression: str, channels: int) -> Callable[[pikepdf.Pdf], pikepdf.Object]:
    def make(pdf: pikepdf.Pdf) -> pikepdf.Object:
        function = pikepdf.Stream(pdf, expression.encode())
        function.stream_dict = Dictionary(
            FunctionType=4, Domain=[0, 1] * channels, Range=[0, 1] * 3
        )
        made = pdf.make_indirect(function)
        if channels == 1:
            return pikepdf.Array([Name.Separation, Name.Spot, Name.DeviceRGB, made])
        names = pikepdf.Array([Name(f"/Spot{n}") for n in range(channels)])
        return pikepdf.Array([Name.DeviceN, names, Name.DeviceRGB, made])

    return make


def test_separation(tmp_path: Path) -> None:
    array = samples(8).astype(np.uint8)
    entries = {
        "/BitsPerComponent": 8,
        "/ColorSpace": tint("{ 1 exch sub dup dup }", 1),
    }
    _, shown = taken(tmp_path, entries, array.tobytes())
    same(shown, np.repeat(255 - array[..., None], 3, axis=2), 1)


def test_device_n(tmp_path: Path) -> None:
    array = samples(8, 2).astype(np.uint8)
    entries = {"/BitsPerComponent": 8, "/ColorSpace": tint("{ 0 }", 2)}
    _, shown = taken(tmp_path, entries, array.tobytes())
    blue = np.zeros_like(array[..., :1])
    same(shown, np.concatenate([array, blue], axis=2), 1)


def srgb_curve(linear: Array) -> Array:
    bent = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return np.round(255 * np.clip(bent, 0, 1))


def test_calibrated_gray(tmp_path: Path) -> None:
    """PDFium takes /CalGray as gray and leaves /Gamma aside, as most readers do."""
    array = samples(8).astype(np.uint8)
    space = pikepdf.Array([Name.CalGray, Dictionary(WhitePoint=WHITE_POINT, Gamma=2.2)])
    entries = {"/BitsPerComponent": 8, "/ColorSpace": space}
    _, shown = taken(tmp_path, entries, array.tobytes())
    same(shown, array)


def test_lab(tmp_path: Path) -> None:
    """L* alone is a gray axis: Y from CIE 15, then sRGB's curve."""
    array = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    array[..., 0] = samples(8)
    space = pikepdf.Array(
        [Name.Lab, Dictionary(WhitePoint=WHITE_POINT, Range=[-128, 127, -128, 127])]
    )
    entries = {"/BitsPerComponent": 8, "/ColorSpace": space}
    _, shown = taken(tmp_path, entries, array.tobytes())
    lightness = array[..., 0].astype(float) / 255 * 100
    y = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
    same(shown, np.repeat(srgb_curve(y)[..., None], 3, axis=2), 4)


CUT_OFF: dict[str, tuple[bytes, dict[str, Any]]] = {
    "samples": (RGB.tobytes(), {}),
    "flate": (flate(RGB.tobytes()), {"/Filter": Name.FlateDecode}),
    "run length": (run_length(RGB.tobytes()), {"/Filter": Name.RunLengthDecode}),
    "JPEG": (scans.jpeg(scans.drawing()), {"/Filter": Name.DCTDecode}),
    "progressive JPEG": (
        scans.jpeg(scans.drawing(), progressive=True),
        {"/Filter": Name.DCTDecode},
    ),
    "JPEG with conditions": (
        scans.jpeg(scans.drawing()),
        {"/Filter": Name.DCTDecode, "/Decode": [1, 0, 1, 0, 1, 0]},
    ),
}


@pytest.mark.parametrize("case", CUT_OFF)
def test_an_image_that_is_cut_off_is_named(case: str, tmp_path: Path) -> None:
    """PDFium would paint the rest gray or black."""
    data, entries = CUT_OFF[case]
    named = {"/Width": WIDTH, "/Height": HEIGHT, **RGB_ENTRIES, **entries}
    path = scans.image_pdf(tmp_path / "a.pdf", named, data[: len(data) // 2])
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert "file.damaged" in scans.codes(findings)


def test_a_fax_inside_another_filter_is_whole(tmp_path: Path) -> None:
    white = samples(8) > 100
    parameters = Dictionary(Columns=WIDTH, Rows=HEIGHT, K=-1)
    entries = {
        "/BitsPerComponent": 1,
        "/ColorSpace": Name.DeviceGray,
        "/Filter": [Name.FlateDecode, Name.CCITTFaxDecode],
        "/DecodeParms": pikepdf.Array([None, parameters]),
    }
    data = flate(ccitt.encoded(white, ccitt.CODINGS["group 4"]))
    _, shown = taken(tmp_path, entries, data)
    same(shown, white * np.uint8(255))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("coding", ccitt.CODINGS)
def test_a_fax_that_is_cut_off_is_named(
    coding: str, share: float, tmp_path: Path
) -> None:
    white = samples(8) > 100
    chosen = ccitt.CODINGS[coding]
    data = ccitt.encoded(white, chosen)
    entries = {
        "/Width": WIDTH,
        "/Height": HEIGHT,
        "/ColorSpace": Name.DeviceGray,
        "/BitsPerComponent": 1,
        "/Filter": Name.CCITTFaxDecode,
        "/DecodeParms": Dictionary(Columns=WIDTH, Rows=HEIGHT, **chosen.parameters),
    }
    path = scans.image_pdf(tmp_path / "a.pdf", entries, data[: int(len(data) * share)])
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is None
    assert "file.damaged" in scans.codes(findings)
