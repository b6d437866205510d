"""The annulments for the provincial portal: JSON or CSV since a cursor."""

import csv
import io
from collections.abc import Sequence

from certify.annulment import CSV_COLUMNS, Annulment, csv_rows

BOM = "\ufeff"  # spreadsheets read Vietnamese in UTF-8 only with it


def as_csv(annulments: Sequence[Annulment]) -> str:
    """Write the feed as CSV (RFC 4180) with a heading."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(CSV_COLUMNS)
    writer.writerows([_inert(cell) for cell in row] for row in csv_rows(annulments))
    return BOM + target.getvalue()


def _inert(cell: str) -> str:
    """A cell that begins like a formula must not run as one in a spreadsheet."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
