"""Reads the page images back out of a composed or signed copy.

The page digest is recomputed from the file itself (main job, step 7): whoever swaps
an image, a size or an order changes it. Only the exact shape that `compose` writes
is accepted.
"""

import hashlib
import re

from pikepdf import Dictionary, Name, Object, Pdf, PdfError, Stream

from certify.scan import PageImage

_NUMBER = rb"(\d{1,7}(?:\.\d{1,3})?)"
_CONTENT = re.compile(
    rb"q %b 0 0 %b 0 %b cm /Scan Do Q\n(/Band Do\n)?" % (_NUMBER, _NUMBER, _NUMBER)
)
_FILTERS = {"DCTDecode", "CCITTFaxDecode", "FlateDecode"}
_SPACES = {"DeviceRGB", "DeviceGray"}
_MAX_PAGES = 1000


class NotACopyError(Exception):
    """The pages do not have the shape of a certified copy."""


def page_content(image: PageImage, band_milli_pt: int) -> bytes:
    """Return the content stream of one page; its inverse is `read_page_images`."""
    return b"q %b 0 0 %b 0 %b cm /Scan Do Q\n%b" % (
        _decimal(image.width_milli_pt),
        _decimal(image.height_milli_pt),
        _decimal(band_milli_pt),
        b"/Band Do\n" if band_milli_pt else b"",
    )


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
    found = _CONTENT.fullmatch(page.Contents.read_bytes())
    if found is None:
        raise NotACopyError("page content")
    width, height, band = (_milli(found[n]) for n in (1, 2, 3))
    box = [round(float(v) * 1000) for v in page.MediaBox]
    extra = {"/Rotate", "/CropBox", "/UserUnit", "/Annots"} & set(page.keys())
    if box != [0, 0, width, height + band] or extra:
        raise NotACopyError("page box")
    image = page.Resources.XObject.Scan
    if not isinstance(image, Stream):
        raise NotACopyError("page image")
    return _describe(image, width, height)


def _describe(image: Stream, width: int, height: int) -> PageImage:
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
    whole, part = divmod(milli, 1000)
    return (f"{whole}.{part:03d}".rstrip("0").rstrip(".")).encode()


def _milli(text: bytes) -> int:
    whole, _, part = text.partition(b".")
    return int(whole) * 1000 + int(part.ljust(3, b"0") or 0)
