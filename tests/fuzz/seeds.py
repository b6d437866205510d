"""Small files that intake accepts or refuses for one clear reason, to start from."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from tests.support import scans
from tests.support.corpus import CORPUS

CORPUS_BYTES = 90_000
SLOW = ("2400dpi", "enormous", "hugemono")
"""Parts of names of files of the corpus whose pages are too large to fuzz with."""

SIZE = (200, 280)  # pixels: 25 × 36 mm at 200 dpi, so that most inputs are quick
DRAWN = "q 72 0 0 100.8 0 0 cm /Im Do Q"
PAPER: dict[str, Any] = {"content": DRAWN, "page": {"/MediaBox": [0, 0, 72, 100.8]}}


def pdf_seeds(folder: Path) -> dict[str, bytes]:
    """One-page PDFs: every filter and colour space, and every kind of container."""
    made: dict[str, bytes] = {}
    path = folder / "seed.pdf"
    picture = scans.drawing(size=SIZE)
    gray = scans.as_gray_or_rgb(picture.convert("L"))
    scans.jpeg_pdf(path, picture, data=scans.jpeg(picture, quality=60), **PAPER)
    made["jpeg"] = path.read_bytes()
    scans.raw_pdf(path, gray > 128, **PAPER)
    made["one bit"] = path.read_bytes()
    scans.raw_pdf(path, scans.noise((20, 28)), content=f"{DRAWN} BT /F 9 Tf (x) Tj ET")
    made["raw and text"] = path.read_bytes()
    made |= {f"filter {name}": data for name, data in _filters(path, gray)}
    made |= {f"space {name}": data for name, data in _spaces(path)}
    made |= _containers(made["jpeg"])
    made["furnished"] = _furnished(path, picture)
    return made


def _filters(path: Path, gray: scans.Array) -> list[tuple[str, bytes]]:
    """The same small picture through each filter that Pillow or pikepdf can write."""
    small = gray[:140, :100]
    entries = {
        "/Width": 100,
        "/Height": 140,
        "/BitsPerComponent": 8,
        "/ColorSpace": Name.DeviceGray,
    }
    fax = BytesIO()
    Image.fromarray(small > 128).save(fax, "TIFF", compression="group4")
    strip = _strip(fax.getvalue())
    wavelet = BytesIO()
    Image.fromarray(small).save(wavelet, "JPEG2000")
    coded: dict[str, tuple[dict[str, Any], bytes]] = {
        "fax": (
            {
                "/BitsPerComponent": 1,
                "/Filter": Name.CCITTFaxDecode,
                "/DecodeParms": Dictionary(K=-1, Columns=100, Rows=140),
            },
            strip,
        ),
        "jpx": ({"/Filter": Name.JPXDecode}, wavelet.getvalue()),
        "hex": (
            {"/Filter": Name.ASCIIHexDecode},
            small.tobytes().hex().encode() + b">",
        ),
        "runs": ({"/Filter": Name.RunLengthDecode}, _runs(small.tobytes())),
        "chain": (
            {"/Filter": Array([Name.ASCIIHexDecode, Name.DCTDecode])},
            scans.jpeg(Image.fromarray(small)).hex().encode() + b">",
        ),
        "predicted": (
            {
                "/Filter": Name.FlateDecode,
                "/DecodeParms": Dictionary(Predictor=15, Columns=100),
            },
            _predicted(small),
        ),
    }
    return [
        (name, scans.image_pdf(path, {**entries, **more}, data, **PAPER).read_bytes())
        for name, (more, data) in coded.items()
    ]


def _strip(tiff: bytes) -> bytes:
    with Image.open(BytesIO(tiff)) as image:
        start, size = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]  # TIFF only
    return tiff[start : start + size]


def _runs(data: bytes) -> bytes:
    """RunLengthDecode (ISO 32000-2 §7.4.5), literal runs only."""
    parts = [data[at : at + 128] for at in range(0, len(data), 128)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


def _predicted(array: scans.Array) -> bytes:
    import zlib  # noqa: PLC0415 - once

    rows = [b"\x00" + row.tobytes() for row in array]
    return zlib.compress(b"".join(rows))


def _spaces(path: Path) -> list[tuple[str, bytes]]:
    """One picture of 32 × 45 samples in each colour space, some with masks."""
    width, height = 32, 45
    size = {"/Width": width, "/Height": height, "/BitsPerComponent": 8}
    rng = np.random.default_rng(3)

    def samples(channels: int) -> bytes:
        return rng.integers(0, 256, width * height * channels, np.uint8).tobytes()

    def mask(pdf: Pdf) -> pikepdf.Object:
        entries = {**size, "/Type": Name.XObject, "/Subtype": Name.Image}
        gray = {**entries, "/ColorSpace": Name.DeviceGray}
        return pdf.make_indirect(Stream(pdf, samples(1), gray))

    def profile(pdf: Pdf) -> pikepdf.Object:
        made = Stream(pdf, scans.wide_profile())
        made.N = 3
        return Array([Name.ICCBased, pdf.make_indirect(made)])

    palette = Array([Name.Indexed, Name.DeviceRGB, 15, samples(1)[:48]])
    tint = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0], C1=[1, 0, 0], N=1)
    spot = Array([Name.Separation, Name.Spot, Name.DeviceRGB, tint])
    rows: dict[str, tuple[int, dict[str, Any]]] = {
        "cmyk": (4, {"/ColorSpace": Name.DeviceCMYK}),
        "icc": (3, {"/ColorSpace": profile}),
        "palette": (1, {"/ColorSpace": palette}),
        "spot": (1, {"/ColorSpace": spot}),
        "masked": (3, {"/ColorSpace": Name.DeviceRGB, "/SMask": mask}),
        "keyed": (1, {"/ColorSpace": Name.DeviceGray, "/Mask": Array([9, 20])}),
    }
    return [
        (
            name,
            scans.image_pdf(path, {**size, **more}, samples(n), **PAPER).read_bytes(),
        )
        for name, (n, more) in rows.items()
    ]


def _containers(plain: bytes) -> dict[str, bytes]:
    """The same page in object streams, linearised, encrypted, thrice."""
    modes: dict[str, dict[str, Any]] = {
        "object streams": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        "linearised": {"linearize": True},
        "qdf": {"qdf": True},
        "encrypted": {"encryption": pikepdf.Encryption(owner="x", user="", R=4)},
    }
    made = {}
    for name, options in modes.items():
        target = BytesIO()
        with pikepdf.open(BytesIO(plain)) as pdf:
            pdf.save(target, static_id=True, **options)
        made[name] = target.getvalue()
    target = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf, pikepdf.open(BytesIO(plain)) as other:
        pdf.pages.extend(other.pages)
        pdf.pages.append(pdf.pages[0])
        pdf.save(target, static_id=True)
    made["three pages"] = target.getvalue()
    return made


def _furnished(path: Path, picture: Image.Image) -> bytes:
    """Layers, a form, actions, a file inside, an annotation: all that intake names."""
    scans.jpeg_pdf(path, picture, data=scans.jpeg(picture, quality=40), **PAPER)
    target = BytesIO()
    with pikepdf.open(path) as pdf:
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=[0, 0, 9, 9],
            A=Dictionary(S=Name.URI, URI=b"x"),
        )
        pdf.pages[0].obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(link)]))
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="a"))
        pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(Order=[layer]))
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<x/>"))
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="x")
        pdf.attachments["a.txt"] = b"x"
        pdf.save(target, static_id=True)
    return target.getvalue()


def image_seeds(folder: Path) -> dict[str, dict[str, bytes]]:
    """Family of format → name → file."""
    picture = scans.drawing(size=SIZE)
    kinds: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
        "jpeg": {
            "rgb": ("RGB", {}),
            "gray": ("L", {}),
            "cmyk": ("CMYK", {}),
            "progressive": ("RGB", {"progressive": True}),
            "restarts": ("RGB", {"restart_marker_rows": 1}),
        },
        "png": {
            "rgb": ("RGB", {}),
            "palette": ("P", {}),
            "alpha": ("RGBA", {}),
            "one bit": ("1", {}),
        },
        "tiff": {
            "raw": ("RGB", {}),
            "lzw": ("RGB", {"compression": "tiff_lzw"}),
            "g4": ("1", {"compression": "group4"}),
            "deflate": ("L", {"compression": "tiff_adobe_deflate"}),
            "jpeg": ("RGB", {"compression": "jpeg"}),
            "pages": ("1", {"compression": "group3", "save_all": True}),
        },
    }
    made: dict[str, dict[str, bytes]] = {}
    for kind, rows in kinds.items():
        made[kind] = {}
        for name, (mode, options) in rows.items():
            more = {"append_images": [picture.convert(mode)]} if name == "pages" else {}
            target = folder / f"seed.{kind}"
            picture.convert(mode).save(
                target, format=kind.upper(), dpi=(200, 200), **options, **more
            )
            made[kind][name] = target.read_bytes()
    return made


def jp2_seed() -> bytes:
    """A JPEG 2000 file; intake meets it inside PDFs only."""
    target = BytesIO()
    scans.drawing("L", size=(100, 140)).save(target, "JPEG2000")
    return target.getvalue()


def corpus_seeds() -> dict[str, bytes]:
    """Small files of the corpus; none where it is absent."""
    if not CORPUS.is_dir():
        return {}
    return {
        str(path.relative_to(CORPUS)): path.read_bytes()
        for path in sorted(CORPUS.glob("*/*.*"))
        if path.stat().st_size <= CORPUS_BYTES
        and not any(word in path.name for word in SLOW)
    }
