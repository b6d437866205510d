"""What pyHanko would compute again for every signature of the same, unchanged file.

Its AdES-LTA validation compares all revisions anew for each signature, and collects
the proofs of existence of the whole file each time ("we're doing a lot of double work
here", `EmbeddedPdfSignature.compute_integrity_info` of 0.38). Both follow from the
file alone, so the second answer is the first one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffPolicy
from pyhanko.sign.validation import EmbeddedPdfSignature, ades

_Proofs = list[Any]  # of a private class of pyHanko's
_proofs: ContextVar[dict[object, _Proofs] | None] = ContextVar("proofs", default=None)
_collect = ades._build_prima_facie_poe_index_from_pdf_timestamps  # noqa: SLF001 - wrapped


def _collect_once(
    r: PdfFileReader,
    include_content_ts: bool,  # noqa: FBT001 - pyHanko's signature
    diff_policy: DiffPolicy | None,
) -> _Proofs:
    known = _proofs.get()
    if known is None:
        return _collect(r, include_content_ts, diff_policy)
    key = (r, include_content_ts, diff_policy)
    if key not in known:
        known[key] = _collect(r, include_content_ts, diff_policy)
    return list(known[key])


# No argument of pyHanko's leads there.
vars(ades)["_build_prima_facie_poe_index_from_pdf_timestamps"] = _collect_once


@contextmanager
def computing_once(signatures: Sequence[EmbeddedPdfSignature]) -> Iterator[None]:
    """Let every comparison of revisions of these signatures' file be made once."""
    for signature in signatures:
        # On the object, not on the class: nobody else's validation remembers anything.
        vars(signature)["evaluate_modifications"] = cache(
            signature.evaluate_modifications
        )
    token = _proofs.set({})
    try:
        yield
    finally:
        _proofs.reset(token)
