"""Forgeries with a PDF library: something is added to a finished copy.

Incremental Saving (ISA), Shadow Attacks, Evil Annotation and Sneaky Signature
(Mladenov, Mainka et al., CCS 2019, NDSS 2021, S&P 2021), with the objects of our own
copies.
"""

import io
from collections.abc import Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.attacks.kit import (
    Copy,
    Family,
    Variants,
    World,
    append_revision,
    next_number,
    stream,
)

_EACH = 10
_COVER = b"1 1 1 rg %d %d 400 60 re f 0 0 0 rg"


def new_content(world: World) -> Variants:
    """ISA: another content stream for a page."""
    for number, page in _pages(world.copy, _EACH):
        content = page.Contents.objgen[0]
        body = stream(_COVER % (20 * number, 300))
        yield f"page {number}", append_revision(world.copy.data, {content: body})


def new_image(world: World) -> Variants:
    """ISA: another picture in place of a page's scan."""
    for number, page in _pages(world.copy, _EACH):
        scan = page.Resources.XObject.Scan.objgen[0]
        body = stream(
            bytes([number]) * 300,
            b"/Type /XObject /Subtype /Image /Width 10 /Height 10 "
            b"/ColorSpace /DeviceRGB /BitsPerComponent 8",
        )
        yield f"image {number}", append_revision(world.copy.data, {scan: body})


def new_catalog(world: World) -> Variants:
    """ISA: another catalog: page tree, actions, names, language, permissions."""
    copy = world.copy
    number = copy.pdf.Root.objgen[0]
    added = next_number(copy.data)
    for key, value in (
        ("Lang", b"(en)"),
        ("OpenAction", b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ("Names", b"<< /EmbeddedFiles << /Names [] >> >>"),
        ("AA", b"<< /WC << /S /Named /N /Print >> >>"),
        ("Outlines", b"<< /Count 0 >>"),
        ("PageMode", b"/UseOutlines"),
        ("OCProperties", b"<< /OCGs [] /D << >> >>"),
        ("Extensions", b"<< >>"),
        ("Legal", b"<< >>"),
    ):
        catalog = _with(copy.pdf.Root, {key: value})
        yield key, append_revision(copy.data, {number: catalog})
    for key in ("Perms", "Metadata", "DSS", "AcroForm"):
        catalog = _with(copy.pdf.Root, {}, without=key)
        yield f"no {key}", append_revision(copy.data, {number: catalog})
    other = _with(copy.pdf.Root, {"Lang": b"(en)"})
    root = b"%d 0 R" % added
    yield "other root", append_revision(copy.data, {added: other}, root=root)


def no_table(world: World) -> Variants:
    """ISA without cross-references: objects that lenient readers find anyway."""
    for number, page in _pages(world.copy, _EACH):
        content = page.Contents.objgen[0]
        body = stream(_COVER % (10, 20 * number))
        data = append_revision(world.copy.data, {content: body}, with_table=False)
        yield f"bare {number}", data + b"%%EOF\n"


def pages_changed(world: World) -> Variants:
    """Pages removed, doubled, turned, cropped, put in another order."""
    copy = world.copy
    tree = copy.pdf.Root.Pages
    kids = [kid.objgen[0] for kid in tree.Kids]
    orders = [kids[1:], kids[:-1], kids[::-1], [*kids, kids[0]], [kids[0], *kids]]
    for number, order in enumerate(orders):
        refs = b" ".join(b"%d 0 R" % kid for kid in order)
        body = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(order), refs)
        yield (
            f"order {number}",
            append_revision(copy.data, {tree.objgen[0]: body}),
        )
    page = copy.pdf.pages[0].obj
    for key, value in (
        ("Rotate", b"180"),
        ("CropBox", b"[0 0 100 100]"),
        ("MediaBox", b"[0 0 2000 2000]"),
        ("UserUnit", b"2"),
        ("Group", b"<< /S /Transparency >>"),
    ):
        body = _with(page, {key: value})
        yield key, append_revision(copy.data, {page.objgen[0]: body})


def freed(world: World) -> Variants:
    """Shadow hide: an object of the copy is deleted, what it covered shows."""
    copy = world.copy
    last = copy.pdf.pages[-1].obj
    picture = last.Resources.XObject
    victims = [
        *(picture[key].objgen[0] for key in ("/QR", "/Seal", "/Signature")),
        last.Contents.objgen[0],
        *(page.Contents.objgen[0] for _, page in _pages(copy, 3)),
        *(page.Resources.XObject.Scan.objgen[0] for _, page in _pages(copy, 3)),
        copy.pdf.Root.Metadata.objgen[0],
    ]
    for victim in dict.fromkeys(victims):
        yield f"object {victim}", append_revision(copy.data, {}, free=[victim])
        body = stream(b"")
        yield f"emptied {victim}", append_revision(copy.data, {victim: body})


def fonts_replaced(world: World) -> Variants:
    """Shadow replace: the same text means something else (a font's glyphs)."""
    copy = world.copy
    fonts = copy.pdf.pages[-1].Resources.Font
    for name in ("/Bold", "/Regular"):
        font = fonts[name]
        descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        parts: list[tuple[str, pikepdf.Object, bytes]] = [
            (
                "base",
                font,
                b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            ),
            ("unicode", font.get("/ToUnicode", font), stream(b"begincmap endcmap")),
            ("widths", descendant, _with(descendant, {"W": b"[0 [0 0 0]]"})),
            (
                "descriptor",
                descendant.FontDescriptor,
                _with(descendant.FontDescriptor, {"Flags": b"64"}),
            ),
            (
                "program",
                descendant.FontDescriptor.FontFile2,
                stream(b"\x00\x01\x00\x00"),
            ),
        ]
        for part, victim, body in parts:
            number = victim.objgen[0]
            if number:
                yield f"{name} {part}", append_revision(copy.data, {number: body})


def hidden_then_shown(world: World) -> Variants:
    """Shadow hide-and-replace: two versions of a page, the reference is turned."""
    copy = world.copy
    for number, page in _pages(copy, _EACH):
        added = next_number(copy.data)
        body = _with(page, {"Contents": b"%d 0 R" % added})
        objects = {
            page.objgen[0]: body,
            added: stream(_COVER % (50, 30 * number)),
        }
        yield f"turned {number}", append_revision(copy.data, objects)


def annotated(world: World) -> Variants:
    """Evil Annotation: a note, a stamp, a picture over the certified page."""
    copy = world.copy
    kinds = (
        b"/FreeText /DA (/Helv 12 Tf) /Contents (So tien: 900.000.000)",
        b"/Stamp /Name /Approved",
        b"/Square /IC [1 1 1]",
        b"/Ink /InkList [[0 0 100 100]]",
        b"/Highlight /QuadPoints [0 0 9 0 0 9 9 9]",
        b"/Text /Contents (x)",
        b"/Redact",
        b"/Link /A << /S /URI /URI (http://example.invalid) >>",
        b"/Watermark",
        b"/Widget /FT /Tx /T (Them) /V (x)",
        b"/FileAttachment",
    )
    page = copy.pdf.pages[0].obj
    for kind in kinds:
        added = next_number(copy.data)
        note = b"<< /Type /Annot /F 4 /Rect [10 10 300 300] /Subtype %s >>" % kind
        body = _with(page, {"Annots": b"[%d 0 R]" % added})
        yield (
            kind.split()[0].decode(),
            append_revision(copy.data, {page.objgen[0]: body, added: note}),
        )


def fields_swapped(world: World) -> Variants:
    """The fields point to each other's signature, or to one and the same."""
    copy = world.copy
    fields = list(copy.pdf.Root.AcroForm.Fields)
    numbers = [field.objgen[0] for field in fields]
    values = [field.V.objgen[0] for field in fields]
    for name, order in (
        ("person and agency", (1, 0, 2)),
        ("person twice", (0, 0, 2)),
        ("agency twice", (1, 1, 2)),
        ("person as timestamp", (0, 1, 0)),
        ("timestamp as person", (2, 1, 2)),
        ("turned", (2, 0, 1)),
    ):
        objects = {
            number: _with(field, {"V": b"%d 0 R" % values[source]})
            for number, field, source in zip(numbers, fields, order, strict=True)
        }
        yield name, append_revision(copy.data, objects)
    for name, field in zip(("person", "agency", "stamp"), fields, strict=True):
        yield (
            f"no value: {name}",
            append_revision(
                copy.data, {field.objgen[0]: _with(field, {}, without="V")}
            ),
        )
        yield (
            f"renamed: {name}",
            append_revision(
                copy.data, {field.objgen[0]: _with(field, {"T": b"(ChuKy)"})}
            ),
        )


def store_stripped(world: World) -> Variants:
    """The validation data is taken away or exchanged."""
    copy = world.copy
    root, store = copy.pdf.Root, copy.pdf.Root.DSS
    number = store.objgen[0]
    for key in ("Certs", "OCSPs", "CRLs"):
        yield f"no {key}", append_revision(copy.data, {number: _with(store, {}, key)})
        yield (
            f"empty {key}",
            append_revision(copy.data, {number: _with(store, {key: b"[]"})}),
        )
        victim = store[f"/{key}"][0].objgen[0]
        for text in (b"", b"0\x00"):
            yield (
                f"{key} {len(text)} bytes",
                append_revision(copy.data, {victim: stream(text)}),
            )
    yield (
        "no DSS",
        append_revision(copy.data, {root.objgen[0]: _with(root, {}, "DSS")}),
    )


def rewritten(world: World) -> Variants:
    """Saved anew by a library: same look, all signatures gone or empty."""
    for number in range(_EACH):
        pdf = pikepdf.open(_buffer(world.copy))
        pdf.Root.Lang = f"vi-{number}"
        if number % 2:
            scan = pdf.pages[0].Resources.XObject.Scan
            scan.write(bytes([number]) * 64, filter=Name.DCTDecode)
        if number % 3 == 0:
            del pdf.pages[0]
        if number % 5 == 0:
            pdf.pages[-1].Contents = Stream(pdf, _COVER % (100, 100))
        if number % 7 == 0:
            pdf.Root.AcroForm = Dictionary(Fields=Array())
            pdf.pages[-1].Annots = Array()
        yield f"saved {number}", _saved(pdf, linearize=number % 2 == 0)


def genuine_marks(world: World) -> Variants:
    """A forged paper with the genuine QR, code, record and last page, unsigned."""
    for number in range(_EACH):
        pdf = pikepdf.open(_buffer(world.copy))
        pdf.pages[0].Resources.XObject.Scan.write(
            bytes([40 + number]) * 900, filter=Name.FlateDecode
        )
        if number % 2:
            del pdf.Root.AcroForm, pdf.Root.Perms, pdf.Root.DSS
            pdf.pages[-1].Annots = Array()
        yield f"paper {number}", _saved(pdf)


def duplicated(world: World) -> Variants:
    """Two objects of one number in one revision; readers choose differently."""
    copy = world.copy
    for number, page in _pages(copy, _EACH):
        content = page.Contents.objgen[0]
        first = append_revision(copy.data, {content: stream(_COVER % (1, number))})
        at = first.index(b"%d 0 obj" % content, len(copy.data))
        twin = b"%d 0 obj\n%s\nendobj\n" % (content, stream(page.Contents.read_bytes()))
        table = first.rindex(b"\nxref\n") + 1
        data = first[:table] + twin + first[table:]
        start = data.rindex(b"startxref\n")
        data = data[:start] + b"startxref\n%d\n%%%%EOF\n" % (table + len(twin))
        yield f"object {content} at {at}, {number}", data


def inserted_in_first_revision(world: World) -> Variants:
    """Objects put into revision 1, all later offsets moved along."""
    data = world.copy.data
    table = data.index(b"\nxref\n") + 1
    for number in range(_EACH):
        extra = b"%d 0 obj\n<< /Chen %d >>\nendobj\n" % (1 + number, number)
        yield f"object {1 + number}", data[:table] + extra + data[table:]


def _pages(copy: Copy, count: int) -> Iterator[tuple[int, pikepdf.Object]]:
    """Yield (1…count, a page of the scan), going round."""
    pages = [page.obj for page in copy.pdf.pages][:-1]
    for number in range(1, count + 1):
        yield number, pages[number % len(pages)]


def _with(
    old: pikepdf.Object, entries: Mapping[str, bytes], without: str = ""
) -> bytes:
    """Body of a dictionary with entries added, replaced or left out."""
    parts = [
        b"%s %s" % (key.encode(), _reference(value))
        for key, value in old.as_dict().items()
        if key[1:] not in entries and key[1:] != without
    ]
    parts += [b"/%s %s" % (key.encode(), value) for key, value in entries.items()]
    return b"<< " + b"\n".join(parts) + b" >>"


def _reference(value: pikepdf.Object) -> bytes:
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return b"%d 0 R" % value.objgen[0]
    if isinstance(value, pikepdf.Object):
        return value.unparse()
    return pikepdf.Array([value]).unparse()[2:-2]


def _buffer(copy: Copy) -> io.BytesIO:
    return io.BytesIO(copy.data)


def _saved(pdf: pikepdf.Pdf, *, linearize: bool = False) -> bytes:
    target = io.BytesIO()
    pdf.save(target, linearize=linearize)
    return target.getvalue()


FAMILIES: Mapping[str, Family] = {
    "ISA: new content": new_content,
    "ISA: new image": new_image,
    "ISA: new catalog": new_catalog,
    "ISA: no cross-references": no_table,
    "pages changed": pages_changed,
    "shadow: hide": freed,
    "shadow: replace (fonts)": fonts_replaced,
    "shadow: hide and replace": hidden_then_shown,
    "EAA: evil annotation": annotated,
    "fields swapped": fields_swapped,
    "DSS stripped": store_stripped,
    "saved anew": rewritten,
    "genuine QR and record on a forged paper": genuine_marks,
    "duplicate objects": duplicated,
    "objects in revision 1": inserted_in_first_revision,
}
