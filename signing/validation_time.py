"""When a file is judged: our clock, and a token of a TSA that is a little ahead of it.

pyHanko validates the past from the machine's clock backwards, whatever time it was
asked for (0.38: `past_validate` without `init_control_time`). Seen from there a token
of a clock that runs a few seconds ahead proves nothing yet: NO_POE. So that function
is given the time of the validation in hand, and so is what counts the proofs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from pyhanko.sign.validation import EmbeddedPdfSignature, ades
from pyhanko_certvalidator.context import (
    CertValidationPolicySpec,
    ValidationDataHandlers,
)
from pyhanko_certvalidator.ltv import ades_past
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.path import ValidationPath

SKEW = timedelta(minutes=5)  # design §3: tokens are that close to our clock
_judged_at: ContextVar[datetime | None] = ContextVar("judged_at", default=None)


async def _past_validate(
    path: ValidationPath,
    validation_policy_spec: CertValidationPolicySpec,
    validation_data_handlers: ValidationDataHandlers,
    init_control_time: datetime | None = None,
    best_signature_time: datetime | None = None,
) -> datetime:
    return await ades_past.past_validate(
        path,
        validation_policy_spec,
        validation_data_handlers,
        init_control_time=init_control_time or _judged_at.get(),
        best_signature_time=best_signature_time,
    )


class _Proofs(POEManager):
    """Proofs of existence where "now", the time of what nothing proves, is ours."""

    def __init__(self, current_dt_override: datetime | None = None) -> None:
        super().__init__(current_dt_override or _judged_at.get())


# No argument of pyHanko's leads there.
vars(ades)["past_validate"] = _past_validate
vars(ades)["POEManager"] = _Proofs


@contextmanager
def judging_at(moment: datetime) -> Iterator[None]:
    """Let pyHanko take this aware time for now."""
    token = _judged_at.set(moment)
    try:
        yield
    finally:
        _judged_at.reset(token)


def time_to_judge(
    signatures: Sequence[EmbeddedPdfSignature], now: datetime
) -> datetime:
    """Return now, or the time of the newest archive timestamp if a little later."""
    stamps = [s for s in signatures if s.sig_object_type == "/DocTimeStamp"]
    if not stamps:
        return now
    try:
        info = stamps[-1].signed_data["encap_content_info"]["content"].parsed
        stamped: datetime = info["gen_time"].native.astimezone(UTC)
    except (ValueError, TypeError, KeyError, AttributeError):
        return now  # the validation says what is wrong with it
    return stamped if now < stamped <= now + SKEW else now
