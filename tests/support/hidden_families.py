"""Ways to hide something in a PDF, one function each."""

from collections.abc import Callable

from pikepdf import Array, Dictionary, Name, Stream, String

from tests.support.hidden_draft import BOX, HIDDEN, SCAN, SIDE, Draft

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    "<!-- {} --></rdf:RDF></x:xmpmeta>"
)


def _layer(draft: Draft) -> None:
    group = draft.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("a")))
    draft.pdf.Root.OCProperties = Dictionary(
        OCGs=Array([group]), D=Dictionary(OFF=Array([group]))
    )
    draft.page.Resources.Properties = Dictionary(L=group)
    draft.add_secret()
    draft.content += f"/OC /L BDC {HIDDEN}{draft.say()} EMC\n"


def _loose_layer(draft: Draft) -> None:
    """Optional content that the catalogue does not list."""
    group = draft.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("a")))
    draft.add_secret(OC=group)
    draft.page.Resources.Properties = Dictionary(L=group)
    draft.content = f"/OC /L BDC {draft.say()} EMC\n" + HIDDEN + SCAN


def _under_the_scan(draft: Draft) -> None:
    draft.add_secret()
    draft.content = HIDDEN + draft.say() + SCAN


def _white_box(draft: Draft) -> None:
    draft.add_secret()
    draft.content += HIDDEN + draft.say() + "1 g 0 30 96 50 re f\n"


def _empty_form(draft: Draft) -> None:
    draft.add_secret()
    width = float(draft.rng.choice([0.0, 0.001]))
    box = Array([200, 200, 200 + width, 200 + width])
    form = draft.form(HIDDEN + draft.say(), BBox=box)
    draft.page.Resources.XObject.Fm = form
    draft.content += "/Fm Do\n"


def _field(draft: Draft) -> None:
    widget = draft.pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("t"),
            V=String(draft.text),
            Rect=Array([10, 10, 60, 20]),
            AP=Dictionary(N=draft.form(draft.say())),
        )
    )
    draft.page.Annots = Array([widget])
    draft.pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))


def _invisible_text(draft: Draft) -> None:
    mode = int(draft.rng.choice([3, 7]))
    draft.content += f"q {draft.say(f'{mode} Tr')} Q\n"


def _white_text(draft: Draft) -> None:
    draft.content = "1 g " + draft.say() + SCAN + "1 g " + draft.say("0.01 Tz")


def _empty_glyphs(draft: Draft) -> None:
    """A Type 3 font whose glyphs draw nothing, and hold the picture besides."""
    draft.add_secret()
    glyph = draft.pdf.make_stream(
        b"500 0 d0 " + f"q 0 0 0 0 re W n {HIDDEN} Q".encode()
    )
    draft.page.Resources.Font.F = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 1, 1]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        FirstChar=48,
        LastChar=90,
        Widths=Array([500] * 43),
        Encoding=Dictionary(Differences=Array([48, *[Name.g] * 43])),
        CharProcs=Dictionary(g=glyph),
        Resources=Dictionary(XObject=draft.page.Resources.XObject),
    )
    draft.content += draft.say()


def _not_referred_to(draft: Draft) -> None:
    draft.pdf.Root.PieceInfo = Dictionary(
        A=Dictionary(
            Private=Array([String(draft.text), draft.secret()]),
            LastModified=String("D:20260101000000Z"),
        )
    )


def _clipped(draft: Draft) -> None:
    draft.add_secret()
    clip = "0 0 0 0 re" if draft.rng.random() < 0.5 else "10 10 m 11 10 l 10 10 l h"
    draft.content += f"q {clip} W n {HIDDEN}{draft.say()} Q\n"


def _off_page(draft: Draft) -> None:
    draft.add_secret()
    far = int(draft.rng.integers(150, 5000))
    draft.content += f"q 1 0 0 1 {far} 0 cm {HIDDEN} Q {draft.say(at=f'{far} 0')}"


def _huge_box(draft: Draft) -> None:
    draft.add_secret()
    draft.page.MediaBox = Array([-5000, -5000, 5000, 5000])
    draft.page.CropBox = Array([0, 0, *BOX])
    draft.content += f"q 1 0 0 1 400 400 cm {HIDDEN}{draft.say()} Q\n"


def _alternate_image(draft: Draft) -> None:
    image = draft.page.Resources.XObject.Im
    image.Alternates = Array(
        [Dictionary(Image=draft.secret(), DefaultForPrinting=True)]
    )
    image.Metadata = draft.pdf.make_stream(draft.text.encode())


def _thumbnail(draft: Draft) -> None:
    draft.page.Thumb = draft.secret()
    draft.page.Metadata = draft.pdf.make_stream(draft.text.encode())


def _soft_mask(draft: Draft) -> None:
    mask = Stream(
        draft.pdf,
        bytes(SIDE * SIDE),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=SIDE,
        Height=SIDE,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
    )
    draft.add_secret(SMask=draft.pdf.make_indirect(mask))
    draft.content += HIDDEN


def _transparent(draft: Draft) -> None:
    draft.add_secret()
    group = Dictionary(S=Name.Transparency, I=True, CS=Name.DeviceRGB)
    form = draft.form(HIDDEN + draft.say(), Group=group)
    draft.page.Resources.XObject.Fm = form
    draft.page.Resources.ExtGState = Dictionary(Gs=Dictionary(ca=0, CA=0))
    draft.content += "q /Gs gs /Fm Do Q\n"


def _annotation(draft: Draft) -> None:
    draft.add_secret()
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name(str(draft.rng.choice(["/FreeText", "/Stamp", "/Text"]))),
        Contents=String(draft.text),
        Rect=Array([10, 10, 80, 80]),
        DA=String("/F 6 Tf"),
        AP=Dictionary(N=draft.form(HIDDEN + draft.say())),
    )
    draft.page.Annots = Array([draft.pdf.make_indirect(note)])


def _earlier_revision(draft: Draft) -> None:
    draft.add_secret()
    draft.content += HIDDEN + draft.say()


def _too_small(draft: Draft) -> None:
    draft.add_secret()
    draft.content += f"q 0.0001 0 0 0.0001 5 5 cm {HIDDEN}{draft.say()} Q\n"


def _metadata(draft: Draft) -> None:
    draft.pdf.docinfo["/Title"] = draft.text
    draft.pdf.Root.Metadata = draft.pdf.make_stream(_XMP.format(draft.text).encode())
    draft.content = f"/Span << /ActualText ({draft.text}) >> BDC {SCAN} EMC\n"


SECOND_REVISION = {"earlier revision"}
FAMILIES: dict[str, Callable[[Draft], None]] = {
    "layer": _layer,
    "loose layer": _loose_layer,
    "under the scan": _under_the_scan,
    "white box": _white_box,
    "empty form": _empty_form,
    "field": _field,
    "invisible text": _invisible_text,
    "white text": _white_text,
    "empty glyphs": _empty_glyphs,
    "not referred to": _not_referred_to,
    "clipped": _clipped,
    "off page": _off_page,
    "huge box": _huge_box,
    "alternate image": _alternate_image,
    "thumbnail": _thumbnail,
    "soft mask": _soft_mask,
    "transparent": _transparent,
    "annotation": _annotation,
    "earlier revision": _earlier_revision,
    "too small": _too_small,
    "metadata": _metadata,
}
