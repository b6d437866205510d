"""Archive timestamps that a later one took over from (ETSI EN 319 102-1 §5.6.3.5).

An earlier archive timestamp is not judged by today: its TSA's certificate may long be
over. It counts if the next one proves that it was there while it was good, and so on up
to the last, which today must vouch for. pyHanko judges that chain as a whole; trust and
revocation of each TSA are asked for the moment at which the next one took over.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.errors import SignatureValidationError

from certify.inspection import REVOKED, Indication, SignatureFacts
from signing.revoked import revoked_since
from signing.signature_facts import Context
from signing.stored_evidence import StoredEvidence
from signing.vouching import with_vouching


async def judge_earlier_timestamps(
    embedded: Sequence[EmbeddedPdfSignature],
    facts: Sequence[SignatureFacts],
    context: Context,
    stored: StoredEvidence,
) -> tuple[SignatureFacts, ...]:
    """Let earlier document timestamps pass that the chain after them proves."""
    stamps = [n for n, f in enumerate(facts) if f.kind == "timestamp"]
    signatures = [embedded[n] for n, f in enumerate(facts) if f.kind == "signature"]
    earlier = [n for n in stamps[:-1] if _is_open(facts[n])]
    if (
        not earlier
        or not signatures
        or facts[stamps[-1]].indication is not Indication.TOTAL_PASSED
        or not await _chain_holds(signatures[0], context)
    ):
        return tuple(facts)
    judged = list(facts)
    for number in earlier:
        taken_over = facts[stamps[stamps.index(number) + 1]].claimed_time
        judged[number] = _proven(
            embedded[number], facts[number], taken_over, context, stored
        )
    return tuple(judged)


def _is_open(facts: SignatureFacts) -> bool:
    """Intact, but today's lists and dates alone do not vouch for it."""
    return facts.intact and (
        facts.indication is Indication.INDETERMINATE or facts.sub_indication == REVOKED
    )


def _proven(
    signature: EmbeddedPdfSignature,
    facts: SignatureFacts,
    taken_over: str | None,
    context: Context,
    stored: StoredEvidence,
) -> SignatureFacts:
    """Pass it unless its TSA was revoked or not trusted when the next took over."""
    if taken_over is None:
        return facts
    moment = datetime.fromisoformat(taken_over)
    known = [*signature.other_embedded_certs, *context.timestamp_roots]
    since = revoked_since(signature.signer_cert, known, context.lists)
    if since is not None and since <= moment:
        return facts
    passed = replace(
        facts,
        indication=Indication.TOTAL_PASSED,
        sub_indication="",
        proven_time=facts.claimed_time,
    )
    return with_vouching(signature, passed, context.store, stored.certificates, moment)


async def _chain_holds(signature: EmbeddedPdfSignature, context: Context) -> bool:
    """Tell whether every document timestamp of the file is proven, link by link."""
    try:
        result = await ades_lta_validation(signature, context.spec, context.timing)
    except (SignatureValidationError, PdfError, ValueError, TypeError, KeyError):
        return False
    # pyHanko names the oldest only after it has judged all of them.
    return result.oldest_evidence_record_timestamp is not None
