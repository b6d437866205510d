"""Characters a copy can carry: one definition for the desk and for the font.

Latin script with all Vietnamese letters, punctuation and a few signs. A title with
other letters (Chinese, Thai, Lao …) is refused at the desk with a clear sentence
instead of being printed with gaps.
"""

import unicodedata

_RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x1A0, 0x1A1),  # Ơ ơ
    (0x1AF, 0x1B0),  # Ư ư
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese tones
    (0x2010, 0x2026),  # dashes, quotes, ellipsis
    (0x20AB, 0x20AC),  # ₫ €
    (0x2116, 0x2116),  # №
)

PRINTABLE = frozenset(
    chr(code)
    for first, last in _RANGES
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)) not in {"Cf", "Zl", "Zp"}
)


def clean(text: str) -> str:
    """Return NFC text with runs of white space folded to one space."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def unprintable(text: str) -> str:
    """Return the characters of a cleaned text that a copy cannot carry."""
    return "".join(sorted(set(text) - PRINTABLE))
