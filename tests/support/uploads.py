"""One upload of every codec that scanners and phones make: a card at 200 dpi."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from tests.support import ccitt, jbig2, scans
from tests.support.png import RGB, png
from tests.support.real import need

CARD = (496, 700)  # pixels: 63 x 89 mm
CARD_MM = (62.99, 88.9)
POINTS = "178.56 0 0 252 0 0"
DPI = (200, 200)
Make = Callable[[Path], Path]


@dataclass(frozen=True)
class Upload:
    """How it is made in a folder, and the paper stated with it, if any."""

    about: str
    make: Make
    paper_mm: tuple[float, float] | None = None


def picture(mode: str = "RGB") -> Image.Image:
    """A card with something on it that every mode keeps."""
    image = Image.new("RGB", CARD, (252, 250, 246))
    draw = ImageDraw.Draw(image)
    for y in range(40, 480, 40):
        draw.text((30, y), "CONG HOA XA HOI CHU NGHIA VIET NAM " * 3, fill=(20, 20, 40))
    draw.ellipse((250, 500, 430, 680), outline=(200, 20, 20), width=6)
    return image.convert(mode)


def _pillow(name: str, mode: str = "RGB", **options: Any) -> Make:
    def make(folder: Path) -> Path:
        image = picture(mode)
        if mode == "RGBA":
            image.putalpha(Image.linear_gradient("L").resize(CARD))
        if options.get("save_all"):
            options["append_images"] = [picture("1")]
        image.save(folder / name, **{"dpi": DPI, **options})
        return folder / name

    return make


def _interlaced_16_bit(folder: Path) -> Path:
    wide = np.asarray(picture()).astype(np.uint16) * 257
    path = folder / "a.png"
    path.write_bytes(png(wide, RGB, 16, interlaced=True))
    return path


def _heic(folder: Path) -> Path:
    picture().save(folder / "a.png")
    command = [need("heif-enc"), folder / "a.png", "-o", folder / "a.heic"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "a.heic"


def _in_pdf(data: bytes, stream_filter: str, **entries: Any) -> Make:
    def make(folder: Path) -> Path:
        named = {
            "/Width": CARD[0],
            "/Height": CARD[1],
            "/BitsPerComponent": 1,
            "/ColorSpace": pikepdf.Name.DeviceGray,
            "/Filter": pikepdf.Name(f"/{stream_filter}"),
            **{f"/{key}": value for key, value in entries.items()},
        }
        return scans.image_pdf(
            folder / "a.pdf",
            named,
            data,
            content=f"q {POINTS} cm /Im Do Q",
            page={"/MediaBox": [0, 0, 178.56, 252]},
        )

    return make


def _fax(name: str) -> Make:
    coding = ccitt.CODINGS[name]
    data = ccitt.encoded(np.asarray(picture("1")), coding)
    parameters = pikepdf.Dictionary(Columns=CARD[0], Rows=CARD[1], **coding.parameters)
    return _in_pdf(data, "CCITTFaxDecode", DecodeParms=parameters)


def _layers(folder: Path) -> Path:
    """A background and a stencil over it, as scanners' "compact PDF" has it."""
    path = scans.jpeg_pdf(
        folder / "a.pdf",
        picture(),
        content=f"q {POINTS} cm /Im Do Q 0 0 0.5 rg q {POINTS} cm /Ink Do Q",
        page={"/MediaBox": [0, 0, 178.56, 252]},
    )
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        ink = pdf.make_stream(np.packbits(np.asarray(picture("1")), axis=1).tobytes())
        for key, value in {
            "Subtype": pikepdf.Name.Image,
            "ImageMask": True,
            "BitsPerComponent": 1,
            "Width": CARD[0],
            "Height": CARD[1],
        }.items():
            ink[f"/{key}"] = value
        pdf.pages[0].Resources.XObject["/Ink"] = ink
        pdf.save(path)
    return path


def _jpeg2000_in_pdf(folder: Path) -> Path:
    picture().save(folder / "a.jp2")
    data = (folder / "a.jp2").read_bytes()
    rgb = {"ColorSpace": pikepdf.Name.DeviceRGB, "BitsPerComponent": 8}
    return _in_pdf(data, "JPXDecode", **rgb)(folder)


UPLOADS: Mapping[str, Upload] = {
    "ccitt": Upload("1-bit PNG, stored as CCITT G4", _pillow("a.png", "1")),
    "flate-gray": Upload("gray PNG, stored as Flate", _pillow("a.png", "L")),
    "flate-rgb": Upload("RGB PNG, stored as Flate", _pillow("a.png")),
    "flate-palette": Upload("palette PNG, stored as Flate", _pillow("a.png", "P")),
    "png-alpha": Upload("PNG with alpha, on white", _pillow("a.png", "RGBA")),
    "png-16-bit": Upload("interlaced PNG of 3 × 16 bit", _interlaced_16_bit, CARD_MM),
    "jpeg-gray": Upload("gray JPEG, passed through", _pillow("a.jpg", "L")),
    "jpeg-rgb": Upload("colour JPEG, passed through", _pillow("a.jpg")),
    "jpeg-progressive": Upload(
        "progressive JPEG, passed through", _pillow("a.jpg", progressive=True)
    ),
    "jpeg-adobe": Upload(
        "JPEG in RGB with Adobe's marker", _pillow("a.jpg", keep_rgb=True)
    ),
    "jpeg-cmyk": Upload("CMYK JPEG, stored as Flate sRGB", _pillow("a.jpg", "CMYK")),
    "tiff-lzw": Upload(
        "LZW TIFF, stored as Flate", _pillow("a.tif", compression="tiff_lzw")
    ),
    "tiff-jpeg": Upload(
        "JPEG in TIFF, stored as Flate", _pillow("a.tif", compression="jpeg")
    ),
    "tiff-g3": Upload("G3 TIFF", _pillow("a.tif", "1", compression="group3")),
    "tiff-g4": Upload("G4 TIFF", _pillow("a.tif", "1", compression="group4")),
    "tiff-pages": Upload("TIFF of two pages", _pillow("a.tif", save_all=True)),
    "jpeg-2000": Upload("JPEG 2000, stored as Flate", _pillow("a.jp2"), CARD_MM),
    "heic": Upload("HEIC of a phone, stored as Flate", _heic, CARD_MM),
    "pdf-jpeg-2000": Upload("PDF with JPEG 2000", _jpeg2000_in_pdf),
    "pdf-jbig2": Upload(
        "PDF with JBIG2",
        _in_pdf(jbig2.generic_page(np.asarray(picture("1"))), "JBIG2Decode"),
    ),
    "pdf-g3": Upload("PDF with G3", _fax("group 3, two dimensions")),
    "pdf-layers": Upload("PDF of two layers, rendered", _layers),
}
