"""Reads the page images back out of a composed or signed copy.

The page digest is recomputed from the file itself (main job, step 7): whoever swaps
an image, a size or an order changes it. Only the exact shape that `compose` writes
is accepted.
"""

import hashlib
import re

from pikepdf import Dictionary, Name, Object, Pdf, PdfError, Stream

from certify.scan import PageImage

_NUMBER = rb"(-?\d{1,7}(?:\.\d{1,3})?)"
_CONTENT = re.compile(
    rb"q %b cm /Scan Do Q\n(?:/Band Do\n)?" % b" ".join([_NUMBER] * 6)
)
_FILTERS = {"DCTDecode", "CCITTFaxDecode", "FlateDecode"}
_SPACES = {"DeviceRGB", "DeviceGray"}
_MAX_PAGES = 1000


class NotACopyError(Exception):
    """The pages do not have the shape of a certified copy."""


def page_content(image: PageImage, band_milli_pt: int) -> bytes:
    """Return the content stream of one page; its inverse is `read_page_images`."""
    matrix = _matrix(image, band_milli_pt)
    return b"q %b cm /Scan Do Q\n%b" % (
        b" ".join(map(_decimal, matrix)),
        b"/Band Do\n" if band_milli_pt else b"",
    )


def _matrix(image: PageImage, band: int) -> tuple[int, int, int, int, int, int]:
    """Where the image lies, ISO 32000-2 §8.3.3, in milli-points above the band."""
    w, h = image.width_milli_pt, image.height_milli_pt
    match image.turn:
        case 90:
            return 0, -h, w, 0, 0, h + band
        case 180:
            return -w, 0, 0, -h, w, h + band
        case 270:
            return 0, h, -w, 0, w, band
        case _:
            return w, 0, 0, h, 0, band


def read_page_images(pdf: Pdf) -> tuple[PageImage, ...]:
    """Return the page images of all pages but the last.

    Raises:
        NotACopyError: a page is not one image and one band.
    """
    count = len(pdf.pages)
    if not 1 < count <= _MAX_PAGES:
        raise NotACopyError("page count")
    try:
        return tuple(_page_image(pdf.pages[i].obj) for i in range(count - 1))
    except (PdfError, KeyError, AttributeError, ValueError, TypeError) as error:
        raise NotACopyError("page structure") from error


def _page_image(page: Object) -> PageImage:
    content = page.Contents.read_bytes()
    found = _CONTENT.fullmatch(content)
    if found is None:
        raise NotACopyError("page content")
    width, height, band, turn = _placed(*map(_milli, found.groups()))
    box = [round(float(v) * 1000) for v in page.MediaBox]
    extra = {"/Rotate", "/CropBox", "/UserUnit", "/Annots"} & set(page.keys())
    if box != [0, 0, width, height + band] or extra:
        raise NotACopyError("page box")
    image = page.Resources.XObject.Scan
    if not isinstance(image, Stream):
        raise NotACopyError("page image")
    described = _describe(image, width, height, turn)
    if content != page_content(described, band):
        raise NotACopyError("page content")
    return described


def _placed(*m: int) -> tuple[int, int, int, int]:
    """Width, height, band and turn that a matrix of ours would mean.

    Whatever else it may be, it is not what `page_content` writes for these.
    """
    a, b, c, d, _e, f = m
    if a or d:
        return (a, d, f, 0) if a > 0 else (-a, -d, f + d, 180)
    return (c, -b, f + b, 90) if c > 0 else (-c, b, f, 270)


def _describe(image: Stream, width: int, height: int, turn: int) -> PageImage:
    stream_filter = str(image.get("/Filter", Name.None_)).lstrip("/")
    space = str(image.get("/ColorSpace", Name.None_)).lstrip("/")
    altered = {"/SMask", "/Mask", "/Decode", "/Alternates", "/OC"} & set(image.keys())
    if stream_filter not in _FILTERS or space not in _SPACES or altered:
        raise NotACopyError("image dictionary")
    _check_parameters(image, stream_filter)
    return PageImage(
        stream_sha256=hashlib.sha256(image.read_raw_bytes()).hexdigest(),
        stream_filter=stream_filter,
        colour_space=space,
        width_px=int(image.Width),
        height_px=int(image.Height),
        bits=int(image.BitsPerComponent),
        width_milli_pt=width,
        height_milli_pt=height,
        turn=turn,
    )


def _check_parameters(image: Stream, stream_filter: str) -> None:
    """The decoding parameters are those that follow from the other fields.

    They are not part of the page digest, so nothing may be left to choose in them.
    """
    given = image.get("/DecodeParms", Dictionary())
    width, height = int(image.Width), int(image.Height)
    colours = 3 if image.ColorSpace == Name.DeviceRGB else 1
    expected: tuple[dict[str, object], ...]
    match stream_filter:
        case "CCITTFaxDecode":
            base: dict[str, object] = {"/K": -1, "/Columns": width, "/Rows": height}
            expected = (base, {**base, "/BlackIs1": False})
        case "FlateDecode":
            expected = (
                {},
                {
                    "/Predictor": 15,
                    "/Colors": colours,
                    "/BitsPerComponent": int(image.BitsPerComponent),
                    "/Columns": width,
                },
            )
        case _:
            expected = ({},)
    plain = {key: _plain(value) for key, value in given.items()}
    if plain not in expected:
        raise NotACopyError("decode parameters")


def _plain(value: object) -> object:
    return value if isinstance(value, bool) else int(value)  # type: ignore[call-overload]


def _decimal(milli: int) -> bytes:
    whole, part = divmod(abs(milli), 1000)
    sign = "-" if milli < 0 else ""
    return (f"{sign}{whole}.{part:03d}".rstrip("0").rstrip(".")).encode()


def _milli(text: bytes) -> int:
    whole, _, part = text.lstrip(b"-").partition(b".")
    milli = int(whole) * 1000 + int(part.ljust(3, b"0") or 0)
    return -milli if text.startswith(b"-") else milli
