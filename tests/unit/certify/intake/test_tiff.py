"""TIFF as libtiff's own tools write it, against the pixels they read back."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import scans
from tests.support.real import need
from tests.support.scans import Array

LAYOUTS = {
    "strips": ("-r", "16"),
    "tiles": ("-t", "-w", "64", "-l", "64"),
    "planes": ("-p", "separate"),
    "tiles of planes": ("-p", "separate", "-t", "-w", "64", "-l", "64"),
    "big-endian": ("-B",),
    "BigTIFF": ("-8",),
}
CODINGS = {  # mode → what scanners use for it
    "1": ("none", "lzw", "zip", "packbits", "g3", "g3:2d", "g3:fill", "g4"),
    "L": ("none", "lzw:2", "zip:2", "packbits", "jpeg"),
    "P": ("none", "lzw", "zip"),
    "RGB": ("none", "lzw:2", "zip:2", "packbits", "jpeg", "jpeg:r"),
    "RGBA": ("lzw", "zip"),
    "CMYK": ("lzw", "packbits"),
}
CASES = [(mode, coding) for mode, codings in CODINGS.items() for coding in codings]
PLANES = ("RGB", "RGBA", "CMYK")


def picture(mode: str) -> Image.Image:
    if mode in ("1", "P"):
        return scans.drawing(mode)
    noise = Image.fromarray(scans.noise((400, 350)))
    noise.paste(scans.drawing().crop((0, 0, 200, 350)))
    return noise.convert(mode)


def possible(mode: str, coding: str) -> list[str]:
    """Planes need several channels; tiffcp moves a JPEG into strips and tiles only."""
    jpeg = coding.startswith("jpeg")
    hard = {"-p", "-8", "-B"} if jpeg else set() if mode in PLANES else {"-p"}
    return [name for name, options in LAYOUTS.items() if not hard & set(options)]


def by_libtiff(path: Path) -> Array:
    """As tiff2rgba sees it, without alpha."""
    shown = path.with_suffix(".rgb.tif")
    subprocess.run([need("tiff2rgba"), "-n", "-c", "none", path, shown], check=True)
    with Image.open(shown) as image:
        return np.asarray(image.convert("RGB"))


def as_rgb(pixels: Array) -> Array:
    if pixels.dtype == np.bool_:
        pixels = pixels * np.uint8(255)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


@pytest.mark.parametrize(("mode", "coding"), CASES)
def test_codings_and_layouts(mode: str, coding: str, tmp_path: Path) -> None:
    """Every coding in strips, and in one layout more, in turn."""
    plain = scans.saved(tmp_path / "plain.tif", picture(mode))
    others = [name for name in possible(mode, coding) if name != "strips"]
    layouts = ["strips", others[CASES.index((mode, coding)) % len(others)]]
    for layout in layouts:
        path = tmp_path / f"{layout}.tif"
        command = [need("tiffcp"), "-c", coding, *LAYOUTS[layout], plain, path]
        subprocess.run(command, check=True)
        findings, canonical = scans.read(path, tmp_path)
        assert canonical is not None, findings
        shown = as_rgb(scans.pixels(canonical))
        assert np.array_equal(shown, by_libtiff(path)), (layout, findings)


LAID_OUT = [
    (mode, name) for mode in ("1", "L", "RGB") for name in possible(mode, "zip")
]


@pytest.mark.parametrize(("mode", "layout"), LAID_OUT)
def test_layouts(mode: str, layout: str, tmp_path: Path) -> None:
    plain = scans.saved(tmp_path / "plain.tif", picture(mode))
    path = tmp_path / "a.tif"
    subprocess.run(
        [need("tiffcp"), "-c", "zip", *LAYOUTS[layout], plain, path], check=True
    )
    canonical = scans.read(path, tmp_path)[1]
    assert canonical is not None
    wanted = scans.as_gray_or_rgb(picture(mode))
    assert np.array_equal(as_rgb(scans.pixels(canonical)), as_rgb(wanted))


@pytest.mark.parametrize("coding", ["none", "g3", "g3:2d", "g4", "packbits"])
def test_fill_order(coding: str, tmp_path: Path) -> None:
    """Fax machines send the lowest bit first."""
    plain = scans.saved(tmp_path / "plain.tif", scans.drawing("1"))
    path = tmp_path / "a.tif"
    subprocess.run(
        [need("tiffcp"), "-c", coding, "-f", "lsb2msb", plain, path], check=True
    )
    canonical = scans.read(path, tmp_path)[1]
    assert canonical is not None
    assert np.array_equal(scans.pixels(canonical) > 127, np.asarray(scans.drawing("1")))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit(channels: int, tmp_path: Path) -> None:
    """Written here: Pillow cannot. The high byte stays, give or take a rounding."""
    shape = (350, 400, channels) if channels > 1 else (350, 400)
    wide = np.random.default_rng(5).integers(0, 65536, shape, np.uint16)
    path = tmp_path / "a.tif"
    path.write_bytes(_sixteen_bit(wide, photometric={1: 1, 3: 2, 4: 5}[channels]))
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None, findings
    shown = scans.pixels(canonical)
    if channels == 4:
        high = Image.fromarray((wide >> 8).astype(np.uint8), "CMYK")
        assert np.array_equal(shown, np.asarray(high.convert("RGB")))
    else:
        assert np.abs(shown.astype(int) - np.round(wide / 257)).max() <= 1


def test_16_bit_white_is_zero(tmp_path: Path) -> None:
    """Pillow would give the negative."""
    wide = np.random.default_rng(5).integers(0, 65536, (350, 400), np.uint16)
    path = tmp_path / "a.tif"
    path.write_bytes(_sixteen_bit(wide, photometric=0))
    canonical = scans.read(path, tmp_path)[1]
    assert canonical is not None
    shown = scans.pixels(canonical).astype(int)
    assert np.abs(shown - np.round((65535 - wide) / 257)).max() <= 1


@pytest.mark.parametrize("bits", [2, 4])
@pytest.mark.parametrize("photometric", [0, 1])
def test_few_bits_of_gray(bits: int, photometric: int, tmp_path: Path) -> None:
    array = np.random.default_rng(5).integers(0, 2**bits, (350, 400), np.uint8)
    per_byte = 8 // bits
    shifts = np.arange(per_byte - 1, -1, -1) * bits
    rows = (array.reshape(350, -1, per_byte) << shifts).sum(axis=2).astype(np.uint8)
    path = tmp_path / "a.tif"
    path.write_bytes(_tiff(rows.tobytes(), (400, 350), (bits,), photometric))
    findings, canonical = scans.read(path, tmp_path)
    assert canonical is not None, findings
    value = np.round(array * (255 / (2**bits - 1)))
    wanted = 255 - value if photometric == 0 else value
    assert np.array_equal(scans.pixels(canonical), wanted)


def test_floating_point_is_refused_by_name(tmp_path: Path) -> None:
    image = Image.fromarray(np.ones((350, 400), np.float32))
    findings, canonical = scans.read(scans.saved(tmp_path / "a.tif", image), tmp_path)
    assert canonical is None
    assert "file.unsupported" in scans.codes(findings)


def _sixteen_bit(wide: Array, *, photometric: int) -> bytes:
    channels = wide.shape[2] if wide.ndim == 3 else 1
    size = wide.shape[1], wide.shape[0]
    return _tiff(wide.astype("<u2").tobytes(), size, (16,) * channels, photometric)


def _tiff(
    data: bytes, size: tuple[int, int], bits: tuple[int, ...], photometric: int
) -> bytes:
    """One strip, little-endian, 300 dpi (TIFF 6.0 §2)."""
    extra = 8 + len(data)  # where values that do not fit an entry stand
    ratio = (300).to_bytes(4, "little") + (1).to_bytes(4, "little")
    depths = b"".join(depth.to_bytes(2, "little") for depth in bits)
    at = extra + len(ratio)
    one = len(bits) == 1
    entries = [
        (256, 3, 1, size[0]),
        (257, 3, 1, size[1]),
        (258, 3, len(bits), bits[0] if one else at),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, 8),
        (277, 3, 1, len(bits)),
        (278, 3, 1, size[1]),
        (279, 4, 1, len(data)),
        (282, 5, 1, extra),
        (283, 5, 1, extra),
        (296, 3, 1, 2),
    ]
    directory = len(entries).to_bytes(2, "little")
    for tag, kind, count, value in entries:
        directory += tag.to_bytes(2, "little") + kind.to_bytes(2, "little")
        directory += count.to_bytes(4, "little") + value.to_bytes(4, "little")
    start = at + len(depths)
    head = b"II*\0" + start.to_bytes(4, "little")
    return head + data + ratio + depths + directory + bytes(4)
