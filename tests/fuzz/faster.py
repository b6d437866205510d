"""Two leaf functions of libraries, the same but faster, for the batch worker only.

They are a third of a verification: pyHanko reads the digits of a signature one by one,
asn1crypto prepares the same few names thousands of times. What goes through the real
runner uses the originals.
"""

import binascii
import re
from functools import cache, lru_cache
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils import generic

_DIGITS = re.compile(rb"<((?:[0-9a-fA-F]{2})+)>")
_MOST = 1 << 17


@cache
def speed_up() -> None:
    """Replace them in this process, once."""
    whole = generic.read_hex_string_from_stream

    def read_digits(stream: Any) -> Any:
        start = stream.tell()
        found = _DIGITS.match(stream.read(_MOST))
        if found is None:  # white space, comments, an odd digit, an error
            stream.seek(start)
            return whole(stream)
        stream.seek(start + found.end())
        return generic.pdf_string(binascii.unhexlify(found[1]))

    prepare = x509.NameTypeAndValue._ldap_string_prep
    prepared = lru_cache(4096)(lambda text: prepare(None, text))
    generic.read_hex_string_from_stream = read_digits
    x509.NameTypeAndValue._ldap_string_prep = lambda _self, text: prepared(text)
