"""The document security store and the fields of archive timestamps (EN 319 142-1).

A later store takes over everything of the one before it: a reader looks at the newest
alone, and what an earlier timestamp proved to exist must still be found there.
"""

from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    pdf_name,
)
from pyhanko.sign.fields import enumerate_sig_fields

from signing.revisions import RevisionWriter
from signing.revocation import RevocationEvidence

TIMESTAMP_FIELD = "DauThoiGianLuuTru"


def add_security_store(writer: RevisionWriter, evidence: RevocationEvidence) -> None:
    """Put the evidence into a DSS without VRI (§5.4.2), beside what stands there."""
    root = writer.root
    before = _entry(root, "/DSS", DictionaryObject())  # type: ignore[no-untyped-call]  # pyHanko's
    found: tuple[tuple[str, Iterable[bytes]], ...] = (
        ("/Certs", (c.public_bytes(Encoding.DER) for c in evidence.certificates)),
        ("/OCSPs", evidence.ocsp_responses),
        ("/CRLs", evidence.crls),
    )
    store = DictionaryObject(  # type: ignore[no-untyped-call]  # pyHanko's
        {
            pdf_name(name): _extended(writer, _entry(before, name, ()), ders)
            for name, ders in found
        }
    )
    root[pdf_name("/DSS")] = writer.add_object(store)
    writer.update_root()  # type: ignore[no-untyped-call]  # pyHanko's


def next_timestamp_field(writer: RevisionWriter) -> str:
    """Return a name that no field has: the first timestamp's, or one with a number."""
    names = {name for name, _, _ in enumerate_sig_fields(writer)}
    number, name = 1, TIMESTAMP_FIELD
    while name in names:
        number += 1
        name = f"{TIMESTAMP_FIELD}{number}"
    return name


def _entry(found: DictionaryObject, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - any PDF object
    """Return an entry, its reference resolved: `get` would not."""
    try:
        return found[name]
    except KeyError:
        return otherwise


def _extended(
    writer: RevisionWriter, before: Iterable[IndirectObject], ders: Iterable[bytes]
) -> ArrayObject:
    """Refer to the streams of the earlier store, and add what is new."""
    kept = list(before)  # a list's own iterator: the references, not what they say
    known = {reference.get_object().data for reference in kept}  # type: ignore[no-untyped-call]  # pyHanko's
    new = [
        writer.add_object(StreamObject(stream_data=der))
        for der in dict.fromkeys(ders)
        if der not in known
    ]
    return ArrayObject([*kept, *new])
