"""Where a paper comes from, and how a foreign one may be used (NĐ 23/2015 Đ20 k.1).

Three fields: `origin` (domestic or foreign), and for a foreign paper `legalisation`
("legalised" or "exempt.<code>" of the table) with `legalisation_note`.
"""

from collections.abc import Iterator, Mapping, Sequence

from api.pages.desk_form import DeskForm
from certify.comparison import Comparison, Legalisation
from certify.legal_tables import LegalEntry

_EXEMPT = "exempt."
_BY_LIST = "list"


def legalisation_options(
    exemptions: Sequence[LegalEntry],
) -> Sequence[tuple[str, str]]:
    """Return value and words of each way a foreign paper may be used."""
    return [
        (Legalisation.LEGALISED.value, "Đã hợp pháp hóa lãnh sự"),
        *((_EXEMPT + row.code, f"Được miễn: {row.text.lower()}") for row in exemptions),
    ]


def problems_of_origin(
    form: DeskForm, exemptions: Sequence[LegalEntry]
) -> Iterator[tuple[str, str]]:
    """Yield field and what to do."""
    origin = form.text("origin", 20)
    if origin not in ("domestic", "foreign"):
        yield "origin", "Hãy chọn giấy tờ trong nước hay nước ngoài"
    if origin != "foreign":
        return
    way = form.text("legalisation", 60)
    row = _exemption(way, exemptions)
    if way != Legalisation.LEGALISED and row is None:
        yield "legalisation", "Hãy chọn đã hợp pháp hóa lãnh sự hay căn cứ được miễn"
    elif not form.text("legalisation_note"):
        if row is None:
            yield "legalisation_note", "Hãy ghi số hợp pháp hóa lãnh sự"
        elif row.kind != _BY_LIST:
            yield "legalisation_note", "Hãy ghi tên điều ước hoặc căn cứ được miễn"


def legalisation_of(
    form: DeskForm, exemptions: Sequence[LegalEntry]
) -> tuple[Legalisation, str]:
    """Return how the paper may be used, and the note that the record keeps."""
    if form.text("origin", 20) != "foreign":
        return Legalisation.NOT_FOREIGN, ""
    typed = form.text("legalisation_note", 500)
    row = _exemption(form.text("legalisation", 60), exemptions)
    if row is None:
        return Legalisation.LEGALISED, typed
    kind = Legalisation.EXEMPT_TREATY
    if row.kind == _BY_LIST:
        kind = Legalisation.EXEMPT_LIST
    return kind, _recorded(row) + (f"; {typed}" if typed else "")


def values_of_legalisation(
    record: Comparison, exemptions: Sequence[LegalEntry]
) -> Mapping[str, str]:
    """Return the fields as they were when this record was made."""
    if record.legalisation is Legalisation.NOT_FOREIGN:
        return {"origin": "domestic"}
    way, note = Legalisation.LEGALISED.value, record.legalisation_note
    if record.legalisation is not Legalisation.LEGALISED:
        row = next((r for r in exemptions if note.startswith(_recorded(r))), None)
        way = _EXEMPT + row.code if row else ""
        note = note.removeprefix(_recorded(row) if row else "").removeprefix("; ")
    return {"origin": "foreign", "legalisation": way, "legalisation_note": note}


def _exemption(way: str, exemptions: Sequence[LegalEntry]) -> LegalEntry | None:
    return next((row for row in exemptions if _EXEMPT + row.code == way), None)


def _recorded(row: LegalEntry) -> str:
    return f"{row.text} ({row.citation})"
