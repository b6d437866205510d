"""Take one image out of a PDF with exactly its own pixels (design §5).

A JPEG in gray or sRGB passes through. Anything else is decoded by PDFium from a
throw-away file that holds nothing but this image: as its samples when it is opaque,
or painted on white, pixel on pixel, when it has a mask.
"""

from contextlib import suppress
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from certify.intake import colour
from certify.intake.facts import Conversion
from certify.intake.geometry import Pixels, Turn
from certify.intake.jpeg import Jpeg, clean_jpeg
from certify.intake.jpeg2000 import CMYK, Jpeg2000, demand_certain, parse
from certify.intake.jpeg_segments import NotPassable
from certify.intake.pdf_complete import (
    demand_samples,
    demand_segments,
    demand_whole_jpeg,
)
from certify.intake.picture import Picture, simplest

JPEG, JPEG2000, JBIG2 = "/DCTDecode", "/JPXDecode", "/JBIG2Decode"
_FAX = ("/CCITTFaxDecode", "/CCF")
_MASKS = ("/SMask", "/Mask", "/ImageMask", "/SMaskInData")
_COMPONENTS = {"/DeviceGray": 1, "/DeviceRGB": 3}


def take_image(image: pikepdf.Stream, turn: Turn) -> Picture:
    """Return an image's pixels, upright.

    Raises:
        pdfium.PdfiumError, pikepdf.PdfError: it cannot be decoded.
    """
    if (found := jpeg2000_of(image)) is not None:
        return _take_jpeg2000(image, found, turn)
    if turn is Turn.NONE:
        try:
            return Picture(_pass_through(image))
        except NotPassable:
            pass
    _demand_whole(image)
    pixels = _decode(image)
    if _filters(image)[-1:] in ([name] for name in _FAX):
        _demand_whole_fax(image, pixels)
    return Picture(turn.apply(simplest(pixels)), conversion_of(image))


def _demand_whole(image: pikepdf.Stream) -> None:
    """Raise OSError or ValueError where a part of the image is missing."""
    filters = _filters(image)
    demand_samples(image, filters)
    with suppress(NotPassable):  # filters with parameters: PDFium alone undoes them
        if filters[-1:] == [JPEG]:
            demand_whole_jpeg(_coded(image))
        elif filters[-1:] == [JBIG2]:
            demand_segments(_coded(image))


def _demand_whole_fax(image: pikepdf.Stream, pixels: Pixels) -> None:
    """A fax says nothing of its length: whole, it ignores what follows its last row.

    Cut off, its missing rows would come from what follows; the coded rows themselves
    are put there.

    Raises:
        ValueError: rows are missing.
    """
    with pikepdf.new() as pdf:
        copied: Any = pdf.copy_foreign(image)
        twice: pikepdf.Stream = copied
        parameters: Any = twice.get("/DecodeParms")
        if isinstance(parameters, pikepdf.Array):
            parameters = parameters[-1]
        coded = _fax_rows(image)
        twice.write(
            coded + coded,
            filter=pikepdf.Name(_filters(image)[-1]),
            decode_parms=parameters,
        )
        if not np.array_equal(_decode(twice), pixels):
            raise ValueError("image cut off")


def _fax_rows(image: pikepdf.Stream) -> bytes:
    """Undo the filters around the fax."""
    with pikepdf.new() as pdf:
        copied: Any = pdf.copy_foreign(image)
        outer: pikepdf.Stream = copied
        outer.Filter = pikepdf.Array(
            [pikepdf.Name(name) for name in _filters(image)[:-1]]
        )
        parameters: Any = outer.get("/DecodeParms")
        if isinstance(parameters, pikepdf.Array):
            outer.DecodeParms = pikepdf.Array(parameters.as_list()[:-1])
        elif parameters is not None:
            del outer.DecodeParms
        return outer.read_bytes()


def jpeg2000_of(image: pikepdf.Stream) -> Jpeg2000 | None:
    """What a JPEG 2000 image says of itself; None for any other.

    Raises:
        ValueError: malformed.
    """
    if _filters(image)[-1:] != [JPEG2000]:
        return None
    return parse(_coded(image))


def _take_jpeg2000(image: pikepdf.Stream, found: Jpeg2000, turn: Turn) -> Picture:
    """With the colours its boxes name, where the PDF names none (ISO 32000-2 §7.4.9).

    Raises:
        UnreadableImage: their meaning is not certain.
    """
    if (found.width, found.height) != (int(image.Width), int(image.Height)):
        raise ValueError("dictionary and codestream disagree")
    if "/ColorSpace" not in image:
        demand_certain(found)
    if found.opacity and int(image.get("/SMaskInData", 0)) == 1:
        with Image.open(BytesIO(_coded(image)), formats=("JPEG2000",)) as picture:
            picture.load()
            if found.profile is not None:
                picture.info["icc_profile"] = found.profile
            return colour.to_picture(picture, turn)
    with pikepdf.new() as pdf:
        named = _with_colour_space(pdf, image, found)
        pixels = _decode(named)
        return Picture(turn.apply(simplest(pixels)), conversion_of(named))


def _with_colour_space(
    pdf: pikepdf.Pdf, image: pikepdf.Stream, found: Jpeg2000
) -> pikepdf.Stream:
    """Copy into `pdf`; what its boxes say of colours becomes what the PDF says."""
    copied: Any = pdf.copy_foreign(image)
    named: pikepdf.Stream = copied
    if "/ColorSpace" not in image and found.profile is not None:
        profile = pikepdf.Stream(pdf, found.profile, N=found.channels)
        named.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, profile])
    elif "/ColorSpace" not in image and found.space == CMYK:
        named.ColorSpace = pikepdf.Name.DeviceCMYK
    return named


def conversion_of(image: pikepdf.Stream) -> Conversion:
    """Which colour conversion PDFium does for this image."""
    space = image.get("/ColorSpace")
    name, components, profile = _colour_space(space)
    if name == "/DeviceCMYK" or components == 4:  # noqa: PLR2004
        return Conversion.CMYK
    if name == "/ICCBased" and profile is not None:
        mode = "L" if components == 1 else "RGB"
        if not colour.is_srgb(profile, mode):
            return Conversion.PROFILE
    return Conversion.NONE


def _pass_through(image: pikepdf.Stream) -> Jpeg:
    """Raise NotPassable unless every reader sees these JPEG bytes the same way."""
    if any(image.get(key, False) is not False for key in (*_MASKS, "/Decode")):
        raise NotPassable("masked or remapped")
    filters = _filters(image)
    if not filters or filters[-1] != JPEG:
        raise NotPassable("not a JPEG")
    jpeg = clean_jpeg(_coded(image))
    if jpeg.components != 1 and _odd_transform(image):
        raise NotPassable("colour transform")
    name, components, profile = _colour_space(image.get("/ColorSpace"))
    size = (int(image.get("/Width", 0)), int(image.get("/Height", 0)))
    if components != jpeg.components or size != (jpeg.width, jpeg.height):
        raise NotPassable("dictionary and frame disagree")
    if int(image.get("/BitsPerComponent", 8)) != 8:  # noqa: PLR2004
        raise NotPassable("not 8 bit")
    mode = "L" if components == 1 else "RGB"
    if name == "/ICCBased" and (profile is None or not colour.is_srgb(profile, mode)):
        raise NotPassable("foreign profile")
    return jpeg


def _filters(image: pikepdf.Stream) -> list[str]:
    named = image.get("/Filter")
    if isinstance(named, pikepdf.Array):
        return [str(name) for name in named.as_list()]
    return [] if named is None else [str(named)]


def _coded(image: pikepdf.Stream) -> bytes:
    """Undo every filter but the last (scanner software likes Flate over DCT)."""
    filters = _filters(image)
    if len(filters) == 1:
        return image.read_raw_bytes()
    if "/DecodeParms" in image:
        raise NotPassable("filters with parameters")
    with pikepdf.new() as pdf:
        outer = pikepdf.Stream(pdf, image.read_raw_bytes())
        outer.Filter = pikepdf.Array([pikepdf.Name(name) for name in filters[:-1]])
        return outer.read_bytes()


def _odd_transform(image: pikepdf.Stream) -> bool:
    """/ColorTransform other than the default (ISO 32000-2 table 13)."""
    given = image.get("/DecodeParms")
    if isinstance(given, pikepdf.Array):
        given = given[-1] if len(given) else None
    return (
        isinstance(given, pikepdf.Dictionary) and given.get("/ColorTransform", 1) != 1
    )


def _colour_space(space: object) -> tuple[str, int, bytes | None]:
    """Return (family, components, ICC profile); 0 components when not simple."""
    if isinstance(space, pikepdf.Name):
        return str(space), _COMPONENTS.get(str(space), 0), None
    if isinstance(space, pikepdf.Array) and len(space) > 1:
        family = str(space[0])
        if family == "/ICCBased" and isinstance(space[1], pikepdf.Stream):
            return family, int(space[1].get("/N", 0)), space[1].read_bytes()
        if family == "/Indexed":
            base, components, profile = _colour_space(space[1])
            return (base, 4, None) if components == 4 else ("", 0, profile)  # noqa: PLR2004
    return "", 0, None


def _decode(image: pikepdf.Stream) -> Pixels:
    width, height = int(image.Width), int(image.Height)
    masked = any(image.get(key, False) is not False for key in _MASKS)
    alone = pdfium.PdfDocument(_alone(image, width, height))
    try:
        page = alone[0]
        samples = None if masked else _samples(page)
        if samples is not None and samples.shape[:2] == (height, width):
            return samples
        return render(page, width, height)
    finally:
        alone.close()


def _alone(image: pikepdf.Stream, width: int, height: int) -> BytesIO:
    """A file with one page of one point per pixel, and this image on it."""
    target = BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Scan=pdf.copy_foreign(image))
        )
        content = f"0 g {width} 0 0 {height} 0 0 cm /Scan Do"
        page.Contents = pdf.make_stream(content.encode())
        pdf.save(
            target,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            compress_streams=False,
        )
    target.seek(0)
    return target


def _samples(page: pdfium.PdfPage) -> Pixels | None:
    """Decoded samples in sRGB or gray; None when PDFium has no such form."""
    objects = list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]))
    if len(objects) != 1:
        return None
    bitmap = objects[0].get_bitmap(render=False)
    array = bitmap.to_numpy()
    match bitmap.mode:
        case "L":
            pixels = array.reshape(array.shape[:2])
        case "BGR" | "BGRX":
            pixels = array[..., 2::-1]
        case _:
            return None
    return np.array(pixels, order="C")


def render(page: pdfium.PdfPage, width: int, height: int) -> Pixels:
    """Paint a page on white, without annotations and forms.

    Raises:
        MemoryError: the bitmap does not fit.
    """
    bitmap = pdfium.PdfBitmap.new_native(
        width, height, pdfium_c.FPDFBitmap_BGR, rev_byteorder=True
    )
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    flags = pdfium_c.FPDF_REVERSE_BYTE_ORDER  # and not FPDF_ANNOT
    pdfium_c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
    pixels = np.array(bitmap.to_numpy(), order="C")
    bitmap.close()
    return pixels
