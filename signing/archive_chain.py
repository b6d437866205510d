"""Archive timestamps that a later one took over from (ETSI EN 319 102-1 §5.6.3.5).

An earlier archive timestamp is not judged by today: its TSA's certificate may long be
over. It counts if the next one proves that it was there while it was good, and so on up
to the last, which today must vouch for. pyHanko judges that chain as a whole.
"""

from collections.abc import Sequence
from dataclasses import replace

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.errors import SignatureValidationError

from certify.inspection import REVOKED, Indication, SignatureFacts
from signing.signature_facts import Context


async def judge_earlier_timestamps(
    embedded: Sequence[EmbeddedPdfSignature],
    facts: Sequence[SignatureFacts],
    context: Context,
) -> tuple[SignatureFacts, ...]:
    """Let earlier document timestamps pass that the chain after them proves."""
    stamps = [n for n, f in enumerate(facts) if f.kind == "timestamp"]
    if not stamps or not any(_is_open(facts[n]) for n in stamps[:-1]):
        return tuple(facts)
    if facts[stamps[-1]].indication is not Indication.TOTAL_PASSED:
        return tuple(facts)
    signatures = [
        s for s, f in zip(embedded, facts, strict=True) if f.kind != "timestamp"
    ]
    if not signatures or not await _chain_holds(signatures[0], context):
        return tuple(facts)
    return tuple(
        _proven(f) if n in stamps and _is_open(f) else f for n, f in enumerate(facts)
    )


def _is_open(facts: SignatureFacts) -> bool:
    """Intact, but today's lists and dates alone do not vouch for it.

    Revoked since: whether that was before the next one was made, the chain tells.
    """
    return facts.intact and (
        facts.indication is Indication.INDETERMINATE or facts.sub_indication == REVOKED
    )


def _proven(facts: SignatureFacts) -> SignatureFacts:
    return replace(
        facts,
        indication=Indication.TOTAL_PASSED,
        sub_indication="",
        proven_time=facts.claimed_time,
    )


async def _chain_holds(signature: EmbeddedPdfSignature, context: Context) -> bool:
    """Tell whether every document timestamp of the file is proven, link by link."""
    try:
        result = await ades_lta_validation(signature, context.spec, context.timing)
    except (SignatureValidationError, PdfError, ValueError, TypeError, KeyError):
        return False
    # pyHanko names the oldest only after it has judged all of them.
    return result.oldest_evidence_record_timestamp is not None
