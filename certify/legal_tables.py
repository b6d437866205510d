"""Dated facts of the law that an administrator can edit: rows, not code.

The rows come from a table file (`api.legal_tables` reads it). Each names its source,
the days it holds, and whether somebody has read the official text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certify.errors import InvalidInput
from certify.printable import clean


@dataclass(frozen=True)
class LegalEntry:
    """One row of a table.

    Attributes:
        code: stable; records keep it beside the words they were printed with.
        text: what people read.
        citation: where the law says so.
        valid_from, valid_to: Vietnamese days, both inclusive; None is open-ended.
        confirmed: False while the official text has not been read.
        advice: what the citizen can do about it; may be empty.
        kind: a table's own division of its rows; may be empty.
        numbering: of a form: how its papers are numbered, fields {number}, {year}.
    """

    code: str
    text: str
    citation: str
    valid_from: date
    valid_to: date | None = None
    confirmed: bool = False
    advice: str = ""
    kind: str = ""
    numbering: str = ""

    def covers(self, day: date) -> bool:
        """Tell whether the row holds on a Vietnamese day."""
        return self.valid_from <= day and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True)
class LegalTables:
    """All tables of the desk.

    Attributes:
        refusal_reasons: lawful reasons to refuse, the six of NĐ 23/2015 Đ22 first.
        remedies: what a refused requester may do, printed on every refusal.
        suspicions: what a report of violation may be about.
        measures: what may be done with a suspicious paper.
        exemptions: why a foreign paper needs no legalisation; kind is "treaty" or
            "list".
        vneid_papers: `text` is how the title of such a paper begins.
        forms: titles of the printed papers; `kind` is the form's symbol.
    """

    refusal_reasons: tuple[LegalEntry, ...]
    remedies: tuple[LegalEntry, ...]
    suspicions: tuple[LegalEntry, ...]
    measures: tuple[LegalEntry, ...]
    exemptions: tuple[LegalEntry, ...]
    vneid_papers: tuple[LegalEntry, ...]
    forms: tuple[LegalEntry, ...]

    def on_vneid(self, title: str, day: date) -> LegalEntry | None:
        """Return the row of a paper whose data VNeID carries, None if none does.

        NĐ 23/2015 Đ9 k.8-9 (NĐ 280/2025): such a paper is never demanded.
        """
        typed = clean(title).casefold()
        found = [
            row
            for row in in_force(self.vneid_papers, day)
            if typed.startswith(row.text.casefold())
        ]
        return max(found, key=lambda row: len(row.text), default=None)


def in_force(rows: Sequence[LegalEntry], day: date) -> list[LegalEntry]:
    """Return the rows that hold on a Vietnamese day, in the order of the table."""
    return [row for row in rows if row.covers(day)]


def chosen(
    rows: Sequence[LegalEntry], code: str, day: date, *, field: str
) -> LegalEntry:
    """Return the row of a code that holds on a day; `field` is its Vietnamese label.

    Raises:
        InvalidInput: nothing chosen, or no such row that day.
    """
    if not code:
        raise InvalidInput(field=field, reason="hãy chọn một mục trong danh sách")
    for row in in_force(rows, day):
        if row.code == code:
            return row
    raise InvalidInput(field=field, reason="mục đã chọn không còn hiệu lực hôm nay")
