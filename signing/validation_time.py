"""When a file is judged: our clock, and a token of a TSA that is a little ahead of it.

pyHanko validates the past from the machine's clock backwards, whatever time it was
asked for (0.38: `past_validate` without `init_control_time`). Seen from there a token
of a clock that runs a few seconds ahead proves nothing yet: NO_POE. So that function
is given the time of the validation in hand, and so is what counts the proofs.
"""

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import EmbeddedPdfSignature, ades, generic_cms
from pyhanko.sign.validation.generic_cms import CertvalidatorOperationResult
from pyhanko_certvalidator.context import (
    CertValidationPolicySpec,
    ValidationDataHandlers,
)
from pyhanko_certvalidator.errors import ExpiredError, ValidationError
from pyhanko_certvalidator.ltv import ades_past
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.ltv.time_slide import time_slide
from pyhanko_certvalidator.path import ValidationPath

SKEW = timedelta(minutes=5)  # design §3: tokens are that close to our clock
_handle_errors = generic_cms.handle_certvalidator_errors
_judged_at: ContextVar[datetime | None] = ContextVar("judged_at", default=None)


async def _past_validate(
    path: ValidationPath,
    validation_policy_spec: CertValidationPolicySpec,
    validation_data_handlers: ValidationDataHandlers,
    init_control_time: datetime | None = None,
    best_signature_time: datetime | None = None,
) -> datetime:
    moment = init_control_time or _judged_at.get() or datetime.now(UTC)  # noqa: TID251 - pyHanko's own default
    return await ades_past.past_validate(
        path,
        validation_policy_spec,
        validation_data_handlers,
        init_control_time=await _last_valid(
            path, validation_policy_spec, validation_data_handlers, moment
        ),
        best_signature_time=best_signature_time,
    )


async def _last_valid(
    path: ValidationPath,
    policy: CertValidationPolicySpec,
    handlers: ValidationDataHandlers,
    moment: datetime,
) -> datetime:
    """Return from when backwards a path is to be judged.

    pyHanko slides back to the newest revocation list it knows and validates the path
    for that moment, at which a certificate may be long over: then a copy would fail
    just because its CA still publishes lists. No certificate was good after its end.
    What later lists say of it counts all the same: they are asked first.
    """
    end = min(
        (c.not_valid_after for c in path.iter_certs(include_root=False)),
        default=moment,
    )
    if moment <= end:
        return moment
    try:
        known = await time_slide(
            path,
            init_control_time=moment,
            revinfo_manager=handlers.revinfo_manager,
            rev_trust_policy=policy.revinfo_policy,
            algo_usage_policy=policy.algorithm_usage_policy,
            time_tolerance=policy.time_tolerance,
        )
    except ValidationError:
        return end  # the same lists are missing at the end: it is said there
    return min(known, end)


async def _named(
    cert: x509.Certificate, coro: Awaitable[Any]
) -> CertvalidatorOperationResult[Any]:
    """Name a failed path after the signer's own certificate when that is over.

    pyHanko walks a path from the root down and stops at the first certificate that is
    over: at a CA's, it calls that a general failure, and never asks whether the
    signature was made in time. EN 319 102-1 §5.2.6.4 looks at the signer's first; the
    judgement of the past that follows validates the whole path again.
    """
    over = False

    async def watched() -> Any:  # noqa: ANN401 - whatever pyHanko awaits here
        nonlocal over
        try:
            return await coro
        except ExpiredError:
            over = True
            raise

    result = await _handle_errors(cert, watched())
    now = _judged_at.get()
    if over and now is not None and cert.not_valid_after < now:
        return replace(result, error_subindic=AdESIndeterminate.OUT_OF_BOUNDS_NO_POE)
    return result


class _Proofs(POEManager):
    """Proofs of existence where "now", the time of what nothing proves, is ours."""

    def __init__(self, current_dt_override: datetime | None = None) -> None:
        super().__init__(current_dt_override or _judged_at.get())


# No argument of pyHanko's leads there.
vars(ades)["past_validate"] = _past_validate
vars(ades)["POEManager"] = _Proofs
vars(generic_cms)["handle_certvalidator_errors"] = _named


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
