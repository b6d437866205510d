"""PDFs that look like a scan and carry something a reader does not see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.support import scans

BOX = (96.0, 134.4)  # points: 400 × 560 pixels at 300 dpi
SCAN = "q 96 0 0 134.4 0 0 cm /Im Do Q\n"
HIDDEN = "q 5.76 0 0 5.76 24 48 cm /Secret Do Q\n"  # pixel on pixel
SIDE = 24
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    "<!-- {} --></rdf:RDF></x:xmpmeta>"
)


@dataclass
class Draft:
    """A file being made: a scan on its page, and what will be hidden.

    Attributes:
        text: what must not survive, ASCII; image: noise that must not survive.
        content: of the page, as operators.
    """

    pdf: Pdf
    text: str
    image: scans.Array
    rng: np.random.Generator
    content: str = SCAN

    @property
    def page(self) -> pikepdf.Object:
        return self.pdf.pages[0].obj

    def secret(self, **entries: object) -> pikepdf.Object:
        """The hidden picture as an image XObject."""
        return self.pdf.make_indirect(
            Stream(
                self.pdf,
                self.image.tobytes(),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=SIDE,
                Height=SIDE,
                BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB,
                **entries,
            )
        )

    def add_secret(self, **entries: object) -> None:
        self.page.Resources.XObject.Secret = self.secret(**entries)

    def form(self, content: str, **entries: object) -> pikepdf.Object:
        return self.pdf.make_indirect(
            Stream(
                self.pdf,
                content.encode(),
                **{
                    "Type": Name.XObject,
                    "Subtype": Name.Form,
                    "BBox": Array([0, 0, *BOX]),
                    "Resources": self.page.Resources,
                    **entries,
                },
            )
        )

    def say(self, before: str = "", at: str = "20 60") -> str:
        """Operators that show the text."""
        return f"BT {before} /F 6 Tf {at} Td ({self.text}) Tj ET\n"


@dataclass(frozen=True)
class Hiding:
    """A finished file, and what must not be in a canonical scan of it."""

    family: str
    path: Path
    text: bytes
    image: scans.Array


def hidings(folder: Path, each: int, *, seed: int) -> Iterator[Hiding]:
    """Write `each` files of every family."""
    for place, (family, make) in enumerate(FAMILIES.items()):
        for number in range(each):
            rng = np.random.default_rng([seed, place, number])
            path = folder / f"{family.replace(' ', '-')}-{number}.pdf"
            yield _write(family, make, path, rng)


def _write(
    family: str,
    make: Callable[[Draft], None],
    path: Path,
    rng: np.random.Generator,
) -> Hiding:
    text = "HIDDEN" + "".join(f"{n:02X}" for n in rng.integers(0, 256, 8))
    image = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=BOX)
        draft = Draft(pdf, text, image, rng)
        draft.page.Resources = Dictionary(
            XObject=Dictionary(Im=_scan(pdf, rng)),
            Font=Dictionary(
                F=Dictionary(
                    Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica
                )
            ),
        )
        make(draft)
        draft.page.Contents = pdf.make_stream(draft.content.encode())
        pdf.save(path, compress_streams=False)
    if family in SECOND_REVISION:
        _append_revision(path, rng)
    return Hiding(family, path, text.encode(), image)


def _scan(pdf: Pdf, rng: np.random.Generator) -> pikepdf.Object:
    picture = scans.drawing(str(rng.choice(["RGB", "L"])))
    gray = picture.mode == "L"
    data, entries = scans.jpeg(picture), {"Filter": Name.DCTDecode}
    if rng.random() < 0.5:
        data, entries = picture.tobytes(), {}
    return pdf.make_indirect(
        Stream(
            pdf,
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=picture.width,
            Height=picture.height,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray if gray else Name.DeviceRGB,
            **entries,
        )
    )


def _append_revision(path: Path, rng: np.random.Generator) -> None:
    """Show the plain scan only; what came before stays in the file's first part."""
    with pikepdf.open(path) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
        size = int(pdf.trailer.Size)
        root = pdf.trailer.Root.objgen[0]
    data = path.read_bytes()
    before = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    content = SCAN.encode() + b" " * int(rng.integers(0, 9))
    at = len(data) + 1
    data += b"\n%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content))
    data += content + b"\nendstream\nendobj\n"
    table = len(data)
    data += b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    data += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, before)
    data += b"startxref\n%d\n%%%%EOF\n" % table
    path.write_bytes(data)


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
