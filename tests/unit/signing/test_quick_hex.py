"""Quick reading of hex strings gives what pyHanko's slow reading gives."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfStreamError

from signing import quick_hex

QUICK = quick_hex._read
SLOW = quick_hex._read_slowly


@pytest.mark.parametrize(
    "text",
    [
        b"<>",
        b"<00ff>",
        b"<AbCdEf09>/Next",
        b"<abc>",
        b"<ab c\n d>",
        b"<ab%comment\ncd>",
        b"<feff004100e1>",
        b"<" + b"30" * 100_000 + b">",
        b"<6162>>",
    ],
)
def test_value_and_place_are_the_same(text: bytes) -> None:
    quick, slow = BytesIO(b"x" + text), BytesIO(b"x" + text)
    quick.seek(1)
    slow.seek(1)
    found, wanted = QUICK(quick), SLOW(slow)
    assert (found, type(found)) == (wanted, type(wanted))
    assert quick.tell() == slow.tell()


@pytest.mark.parametrize("text", [b"<ab", b"<zz>", b"<a", b"<", b"<ab(>"])
def test_what_is_wrong_stays_wrong(text: bytes) -> None:
    for read in (QUICK, SLOW):
        with pytest.raises(PdfStreamError):
            read(BytesIO(text))


def test_inspection_reads_that_way() -> None:
    quick_hex.install()
    assert generic.read_hex_string_from_stream is QUICK
