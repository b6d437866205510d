"""Paper sizes as typed on the command line."""

import re

from certify.errors import InvalidInput

SIZES_MM: dict[str, tuple[float, float]] = {  # ISO 216, except Letter (ANSI/ASME Y14.1)
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "LETTER": (215.9, 279.4),
}
_FREE = re.compile(r"(\d{2,4}(?:\.\d)?)x(\d{2,4}(?:\.\d)?)")


def paper_size_mm(text: str | None) -> tuple[float, float] | None:
    """Read "A4" or "210x297"; None stays None.

    Raises:
        InvalidInput: neither a known name nor millimetres.
    """
    if text is None:
        return None
    if size := SIZES_MM.get(text.upper()):
        return size
    if match := _FREE.fullmatch(text.lower()):
        return float(match[1]), float(match[2])
    raise InvalidInput(
        field="--page-size",
        reason=f"phải là {', '.join(SIZES_MM)} hoặc số mi-li-mét như 210x297",
    )
