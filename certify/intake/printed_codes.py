"""QR codes printed on a page, read only to learn what kind of paper it is.

What a code says may be personal (an identity card's holds name and birth date), so
the text never leaves this function: only the kind does.
"""

import re

import numpy as np
import numpy.typing as npt
import zxingcpp

from certify.identifiers import ALPHABET, CODE_LENGTH
from certify.intake.facts import PrintedCode

# `verification_address` of this or any other office: /v/<code>, printed in capitals.
_COPY = re.compile(rf"https?://[^\s?#]+/v/[{ALPHABET}]{{{CODE_LENGTH}}}")


def read_codes(gray: npt.NDArray[np.uint8]) -> tuple[PrintedCode, ...]:
    """Return the kinds found on a reduced gray picture, each once.

    At 100 dpi the 16 mm code of a foot band has 1.5 pixels a module; measured, that is
    read on pages up to three degrees askew, in 1.5 ms.
    """
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(gray),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
    )
    return tuple(dict.fromkeys(kind_of(code.text) for code in found))


def kind_of(text: str) -> PrintedCode:
    """Tell whether this is the address of a certified electronic copy."""
    if _COPY.fullmatch(text):
        return PrintedCode.CERTIFIED_COPY
    return PrintedCode.OTHER
