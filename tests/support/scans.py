"""Small scans made on the spot, and ways to look into canonical files."""

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageCms, ImageDraw

from certify.intake import child, tasks
from certify.scan import Finding, findings_from_json

SIZE = (400, 560)
DPI = (300, 300)
A6_MM = (105.0, 148.0)
Array = npt.NDArray[Any]


def drawing(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Lines of "text", a red seal, and no symmetry: a turn cannot go unseen."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for line in range(30, size[1] - 150, 24):
        pen.rectangle((30, line, 60 + (line * 7) % (size[0] - 100), line + 8), "black")
    pen.ellipse((220, 430, 340, 545), outline="red", width=9)
    pen.rectangle((40, 440, 90, 500), fill=(30, 90, 200))
    return image.convert(mode)


def noise(size: tuple[int, int] = (64, 48), channels: int = 3) -> Array:
    """All values of the range, for rounding errors to show."""
    shape = (size[1], size[0], channels) if channels > 1 else (size[1], size[0])
    return np.random.default_rng(7).integers(0, 256, shape, np.uint8)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **{"dpi": DPI, **options})
    return path


def wide_profile() -> bytes:
    """A profile far from sRGB: CIE Lab's D50 white with swapped primaries."""
    profile = bytearray(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    count = int.from_bytes(profile[128:132])
    entries = [
        (bytes(profile[at : at + 4]), at) for at in range(132, 132 + 12 * count, 12)
    ]
    places = dict(entries)
    for red, green in ((b"rXYZ", b"gXYZ"),):
        a, b = places[red], places[green]
        profile[a + 4 : a + 12], profile[b + 4 : b + 12] = (
            profile[b + 4 : b + 12],
            profile[a + 4 : a + 12],
        )
    return bytes(profile)


def read(
    path: Path, workdir: Path, stated: list[float] | None = None
) -> tuple[list[Finding], Path | None]:
    """Run the child's task here; (findings, canonical file if one was made)."""
    answer = child.read_scan(str(path), stated, str(workdir))
    made = workdir / tasks.CANONICAL if answer["made"] else None
    return list(findings_from_json(answer["findings"])), made


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def pixels(path: Path, page: int = 1) -> Array:
    """A canonical page's pixels as PDFium decodes them (bool for 1 bit)."""
    document = pdfium.PdfDocument(path)
    try:
        (image,) = document[page - 1].get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
        bitmap = image.get_bitmap(render=False)
        array = bitmap.to_numpy()
        array = array[..., 2::-1] if bitmap.mode.startswith("BGR") else array
        return np.array(array).reshape(
            array.shape[:2] if bitmap.mode == "L" else array.shape
        )
    finally:
        document.close()


def poppler_pixels(path: Path, folder: Path) -> Array:
    """The first page's pixels as poppler's pdfimages decodes them."""
    subprocess.run(
        ["pdfimages", "-png", "-f", "1", "-l", "1", path, folder / "poppler"],
        check=True,
    )
    with Image.open(folder / "poppler-000.png") as image:
        return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def as_gray_or_rgb(image: Image.Image) -> Array:
    return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def jpeg(image: Image.Image, **options: Any) -> bytes:
    data = BytesIO()
    image.save(data, "JPEG", **{"dpi": DPI, "quality": 90, **options})
    return data.getvalue()


def image_pdf(
    path: Path,
    image: dict[str, Any],
    data: bytes,
    *,
    content: str = "q 96 0 0 134.4 0 0 cm /Im Do Q",
    page: dict[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
) -> Path:
    """A one-page PDF around an image XObject.

    An entry that is itself a stream is given as a function of the file.
    """
    with pikepdf.new() as pdf:
        made = pdf.add_blank_page(page_size=(96, 134.4))
        entries = {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            **image,
        }
        entries = {k: v(pdf) if callable(v) else v for k, v in entries.items()}
        stream = pikepdf.Stream(pdf, data, entries)
        made.Resources = pikepdf.Dictionary(
            XObject={"/Im": stream}, **(resources or {})
        )
        made.Contents = pdf.make_stream(content.encode())
        for key, value in (page or {}).items():
            made.obj[key] = value
        pdf.save(path, compress_streams=False)
    return path


def jpeg_pdf(path: Path, picture: Image.Image, /, **options: Any) -> Path:
    """A one-page PDF of 300 dpi around a JPEG."""
    space = pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB
    entries = {
        "/Width": picture.width,
        "/Height": picture.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": space,
        "/Filter": pikepdf.Name.DCTDecode,
        **options.pop("image", {}),
    }
    return image_pdf(path, entries, options.pop("data", jpeg(picture)), **options)


def raw_pdf(path: Path, array: Array, /, **options: Any) -> Path:
    """A one-page PDF around uncompressed samples (bool, gray or RGB)."""
    gray = array.ndim == 2
    bits = 1 if array.dtype == np.bool_ else 8
    entries = {
        "/Width": array.shape[1],
        "/Height": array.shape[0],
        "/BitsPerComponent": bits,
        "/ColorSpace": pikepdf.Name.DeviceGray if gray else pikepdf.Name.DeviceRGB,
        **options.pop("image", {}),
    }
    data = np.packbits(array, axis=1).tobytes() if bits == 1 else array.tobytes()
    return image_pdf(path, entries, data, **options)


def rendered_by_poppler(path: Path, stem: Path) -> Array:
    """The first page at 300 dpi, as poppler paints it."""
    subprocess.run(
        ["pdftoppm", "-png", "-r", "300", "-singlefile", "-aaVector", "no", path, stem],
        check=True,
    )
    with Image.open(stem.with_suffix(".png")) as image:
        return np.asarray(image.convert("RGB"))
