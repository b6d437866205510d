"""Step 4: composes revision 1 of a copy from the canonical scan. Uses no key.

Everything a signature will cover but the signatures themselves is final here: grown
pages, foot bands, the last page, both signature fields and what stands under them, the
signed metadata. The page-image streams are carried over byte for byte.
"""

from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Operator, Pdf
from typing_extensions import override

from certify.attestation import CopyOrder
from certify.clock import paper_time
from certify.signatures import LOCKED_FIELDS, SEAL_FIELD, SIGNATORY_FIELD
from signing.canvas import Box, Canvas, number, qr_operators
from signing.embed import FontPrograms, embed_picture
from signing.layout import (
    BAND_HEIGHT,
    LAST_PAGE,
    MIN_BAND_WIDTH,
    LastPage,
    draw_band,
    draw_last_page,
    draw_widget,
)
from signing.page_images import page_content
from signing.pictures import Picture
from signing.record import copy_record, xmp_packet

_PERSON_HEADING = "Người thực hiện chứng thực (ký số)"
_AGENCY_HEADING = "Cơ quan chứng thực (ký số)"
_PRINT_LOCKED = 4 | 128  # ISO 32000-1 table 165: Print, Locked


@dataclass(frozen=True)
class Pictures:
    """The visible signature of the person and the seal of the agency."""

    signature: Picture
    seal: Picture


def compose(
    order: CopyOrder, *, fonts: FontPrograms, pictures: Pictures, target: Path
) -> None:
    """Write revision 1 to `target`.

    Raises:
        KeyError: a text holds a character the desk should have refused.
        OSError: the disk is full.
    """
    with Pdf.open(order.scan.path) as pdf:
        resources = Dictionary(
            Font=fonts.embed(pdf),
            XObject=Dictionary(QR=_qr_form(pdf, order.address)),
        )
        for index in range(len(order.scan.pages)):
            _grow_page(pdf, index, order, fonts, resources)
        _add_last_page(pdf, order, fonts, resources, pictures)
        pdf.Root.Metadata = _metadata(pdf, order)
        pdf.Root.Lang = pikepdf.String("vi-VN")
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        with target.open("wb") as file:
            pdf.save(
                cast("BinaryIO", _PythonStream(file)),
                min_version="1.7",
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                compress_streams=True,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
            )


class _PythonStream(RawIOBase):
    """Hides that this is a file: on a full disk qpdf 12 ends the whole process.

    With a deterministic id, qpdf's own file output throws in a destructor. Through a
    Python stream the same error arrives as OSError.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any, /) -> int:
        return self._file.write(data)


def _grow_page(
    pdf: Pdf,
    index: int,
    order: CopyOrder,
    fonts: FontPrograms,
    resources: Dictionary,
) -> None:
    """Give a page its foot band; the image keeps its size, 1:1."""
    image = order.scan.pages[index]
    page = pdf.pages[index].obj
    width, height = image.width_milli_pt / 1000, image.height_milli_pt / 1000
    band = BAND_HEIGHT if width >= MIN_BAND_WIDTH else 0.0
    page.MediaBox = Array([0, 0, _real(width), _real(height + band)])
    page.Contents = pdf.make_stream(page_content(image, round(band * 1000)))
    if band:
        canvas = Canvas(fonts.typeface)
        draw_band(canvas, order, width, f"{index + 1}/{len(order.scan.pages)}")
        page.Resources.XObject.Band = _form(
            pdf, canvas.content(), Box(0, 0, width, band), resources
        )


def _add_last_page(
    pdf: Pdf,
    order: CopyOrder,
    fonts: FontPrograms,
    resources: Dictionary,
    pictures: Pictures,
) -> None:
    canvas = Canvas(fonts.typeface)
    boxes = draw_last_page(
        canvas, order, signature=pictures.signature, seal=pictures.seal
    )
    for box, lines in _signature_texts(order, boxes):
        draw_widget(canvas, box, lines)
    xobjects = Dictionary(
        QR=resources.XObject.QR,
        Signature=embed_picture(pdf, pictures.signature),
        Seal=embed_picture(pdf, pictures.seal),
    )
    page = pdf.make_indirect(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, _real(LAST_PAGE.width), _real(LAST_PAGE.height)]),
            Resources=Dictionary(Font=resources.Font, XObject=xobjects),
            Contents=pdf.make_stream(canvas.content()),
        )
    )
    pdf.pages.append(pikepdf.Page(page))
    _add_fields(pdf, pdf.pages[-1].obj, boxes)


def _signature_texts(
    order: CopyOrder, boxes: LastPage
) -> tuple[tuple[Box, tuple[str, ...]], ...]:
    """Return what stands under the person's and the agency's signature field."""
    when = f"Thời gian ký: {paper_time(order.attested_at)}"
    person = (
        _PERSON_HEADING,
        order.statement.signatory_name,
        order.statement.authority_name,
        when,
    )
    agency = (
        _AGENCY_HEADING,
        order.statement.authority_name,
        f"Số chứng thực {order.shown_number}",
        when,
    )
    return (boxes.person_widget, person), (boxes.seal_widget, agency)


def _add_fields(pdf: Pdf, page: Object, boxes: LastPage) -> None:
    """Add both empty signature fields; no field may be added after signature 1."""
    fields = [
        _field(pdf, page, SIGNATORY_FIELD, _PERSON_HEADING, boxes.person_widget),
        _field(pdf, page, SEAL_FIELD, _AGENCY_HEADING, boxes.seal_widget),
    ]
    # The second signature locks both fields and permits no further change (P=1).
    fields[1].Lock = pdf.make_indirect(
        Dictionary(
            Type=Name.SigFieldLock,
            Action=Name.Include,
            Fields=Array([pikepdf.String(name) for name in LOCKED_FIELDS]),
            P=1,
        )
    )
    page.Annots = Array(fields)
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(Fields=Array(fields), SigFlags=3)  # SignaturesExist, AppendOnly
    )


def _field(pdf: Pdf, page: Object, name: str, tooltip: str, box: Box) -> Object:
    """Return an empty signature field, merged with its widget; it shows nothing."""
    appearance = _form(pdf, b"", Box(0, 0, box.width, box.height), Dictionary())
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=pikepdf.String(name),
            TU=pikepdf.String(tooltip),
            Rect=Array([_real(v) for v in box.corners]),
            F=_PRINT_LOCKED,
            P=page,
            AP=Dictionary(N=appearance),
        )
    )


def _qr_form(pdf: Pdf, address: str) -> Object:
    return _form(pdf, qr_operators(address), Box(0, 0, 1, 1), Dictionary())


def _form(pdf: Pdf, content: bytes, box: Box, resources: Dictionary) -> Object:
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, _real(box.width), _real(box.height)]),
        Resources=resources,
    )


def _metadata(pdf: Pdf, order: CopyOrder) -> Object:
    return pdf.make_stream(
        xmp_packet(copy_record(order)), Type=Name.Metadata, Subtype=Name.XML
    )


def _real(value: float) -> Operator | object:
    return pikepdf.Object.parse(number(value))
