"""Read the page images back from a canonical file, accepting no other shape."""

import hashlib

import pikepdf

from certify.intake.writer import page_content
from certify.scan import TURNS, PageImage

_PAGE_KEYS = {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources"}
_ROOT_KEYS = {"/Type", "/Pages", "/Metadata", "/OutputIntents"}
_IMAGE_KEYS = {
    "/Type",
    "/Subtype",
    "/Width",
    "/Height",
    "/ColorSpace",
    "/BitsPerComponent",
    "/Filter",
    "/DecodeParms",
    "/Length",
}
_KINDS = {  # (filter, colour space, bits)
    ("DCTDecode", "DeviceRGB", 8),
    ("DCTDecode", "DeviceGray", 8),
    ("CCITTFaxDecode", "DeviceGray", 1),
    ("FlateDecode", "DeviceRGB", 8),
    ("FlateDecode", "DeviceGray", 8),
}


class NotCanonical(Exception):
    """The file is not exactly what intake writes."""


def read_page_images(pdf: pikepdf.Pdf) -> tuple[PageImage, ...]:
    """Return every page's image and geometry, in order.

    Raises:
        NotCanonical: anything but one image over the whole of each page was found.
    """
    if set(pdf.Root.keys()) != _ROOT_KEYS or "/Info" in pdf.trailer:
        raise NotCanonical("catalogue")
    try:
        return tuple(_read(page.obj) for page in pdf.pages)
    except (KeyError, AttributeError, TypeError, ValueError, pikepdf.PdfError) as error:
        raise NotCanonical("page") from error


def _read(page: pikepdf.Object) -> PageImage:
    left, bottom, right, top = (float(edge) for edge in page.MediaBox.as_list())
    width, height = round(right * 1000), round(top * 1000)
    _demand(set(page.keys()) == _PAGE_KEYS, "page keys")
    _demand(left == bottom == 0.0, "origin")
    content = page.Contents.read_raw_bytes()
    turns = [t for t in TURNS if content == page_content(width, height, t)]
    _demand(len(turns) == 1, "content")
    _demand(set(page.Resources.keys()) == {"/XObject"}, "resources")
    _demand(set(page.Resources.XObject.keys()) == {"/Scan"}, "images")
    image = page.Resources.XObject.Scan
    _demand(image.Subtype == pikepdf.Name.Image, "kind")
    _demand(set(image.keys()) <= _IMAGE_KEYS, "image keys")
    return _page_image(image, width, height, turns[0])


def _page_image(image: pikepdf.Object, width: int, height: int, turn: int) -> PageImage:
    found = PageImage(
        stream_sha256=hashlib.sha256(image.read_raw_bytes()).hexdigest(),
        stream_filter=str(image.Filter).removeprefix("/"),
        colour_space=str(image.ColorSpace).removeprefix("/"),
        width_px=int(image.Width),
        height_px=int(image.Height),
        bits=int(image.BitsPerComponent),
        width_milli_pt=width,
        height_milli_pt=height,
        turn=turn,
    )
    kind = (found.stream_filter, found.colour_space, found.bits)
    _demand(kind in _KINDS, "encoding")
    _demand(min(found.width_px, found.height_px, width, height) > 0, "size")
    return found


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise NotCanonical(what)
