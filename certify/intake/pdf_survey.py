"""What a PDF carries besides its pages: forms, actions, files, signatures, layers.

Nothing of it survives, because only pixels do. It still matters: such a file is not
the plain scan of a paper, and an officer must know what was left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from certify.intake.facts import Form

# ISO 32000-2 §12.6.4, table 201: everything but going to a place in the same file.
ACTIVE = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/ResetForm",
    "/Hide",
    "/GoToR",
    "/GoToE",
    "/GoToDp",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/SetOCGState",
    "/GoTo3DView",
    "/RichMediaExecute",
}
ACTIVE_KEYS = ("/JS", "/AA", "/RichMedia", "/RichMediaContent")
ATTACHING_KEYS = ("/EF", "/EmbeddedFiles", "/Collection")
DEEPEST = 20  # of direct objects inside one another


@dataclass(frozen=True)
class Survey:
    """Found in the whole file, also in objects no page refers to."""

    form: Form
    actions: tuple[str, ...]
    attachments: bool
    signed: bool
    layers: bool
    links: int
    annotations: int


def survey(pdf: pikepdf.Pdf) -> Survey:
    """Walk every object once.

    Raises:
        pikepdf.PdfError, ValueError, …: the file is damaged beyond reading.
    """
    actions: set[str] = set()
    attachments = signed = False
    for found in _dictionaries(pdf):
        actions.update(_actions(found))
        attachments = attachments or any(key in found for key in ATTACHING_KEYS)
        signed = signed or _is_signature(found)
    subtypes = list(_annotations(pdf))
    return Survey(
        form=_form(pdf.Root, subtypes),
        actions=tuple(sorted(actions)),
        attachments=attachments or "/FileAttachment" in subtypes,
        signed=signed or "/Perms" in pdf.Root,
        layers="/OCProperties" in pdf.Root,
        links=subtypes.count("/Link"),
        annotations=sum(s not in ("/Link", "/Widget", "/Popup") for s in subtypes),
    )


def _form(root: pikepdf.Object, annotations: list[str]) -> Form:
    form = root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        form = pikepdf.Dictionary()
    if "/NeedsRendering" in root or "/XFA" in form:
        return Form.XFA
    fields = form.get("/Fields")
    if "/Widget" in annotations or (isinstance(fields, pikepdf.Array) and len(fields)):
        return Form.ACROFORM
    return Form.NONE


def _annotations(pdf: pikepdf.Pdf) -> Iterator[str]:
    for page in pdf.pages:
        listed = page.obj.get("/Annots")
        if not isinstance(listed, pikepdf.Array):
            continue
        for annotation in listed.as_list():
            if isinstance(annotation, pikepdf.Dictionary):
                yield str(annotation.get("/Subtype", ""))


def _actions(found: pikepdf.Object) -> Iterator[str]:
    name = str(found.get("/S", ""))
    if name in ACTIVE and found.get("/Type") != pikepdf.Name.StructElem:
        yield name.removeprefix("/")
    for key in ACTIVE_KEYS:
        if key in found:
            yield key.removeprefix("/")


def _is_signature(found: pikepdf.Object) -> bool:
    """A signature dictionary with its bytes, ISO 32000-2 §12.8.1."""
    return "/ByteRange" in found and "/Contents" in found


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream dictionary of the file."""
    for top in pdf.objects:
        yield from _inside(top, DEEPEST)


def _inside(found: object, depth: int) -> Iterator[pikepdf.Object]:
    """`found` and the direct objects in it; indirect ones come by themselves."""
    if depth == 0:
        return
    values: list[object]
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield found
        values = [value for _key, value in found.items()]
    elif isinstance(found, pikepdf.Array):
        values = list(found.as_list())
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _inside(value, depth - 1)
