"""When a file is judged: our clock, and a token of a TSA that is a little ahead of it.

pyHanko dates what it sees for the first time by the machine's clock, and validates the
past from there backwards, whatever time it was asked for (0.38: `POEManager()`, and
`past_validate` without `init_control_time`). Seen from there a token of a clock that
runs a few seconds ahead proves nothing yet: NO_POE. So both are given the time of the
validation in hand.
"""

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import x509 as asn1_x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import EmbeddedPdfSignature, ades, generic_cms
from pyhanko.sign.validation.generic_cms import CertvalidatorOperationResult
from pyhanko_certvalidator import context
from pyhanko_certvalidator.context import (
    CertValidationPolicySpec,
    ValidationDataHandlers,
)
from pyhanko_certvalidator.errors import ExpiredError
from pyhanko_certvalidator.ltv import ades_past
from pyhanko_certvalidator.ltv.poe import POEManager, digest_for_poe
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import RevocationCheckingRule

SKEW = timedelta(minutes=5)  # design §3: tokens are that close to our clock
_judged_at: ContextVar[datetime | None] = ContextVar("judged_at", default=None)


class _DatedPOEManager(POEManager):
    """Sees new objects at the time of the validation in hand."""

    def __init__(self, current_dt_override: datetime | None = None) -> None:
        super().__init__(current_dt_override or _judged_at.get())


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


_find_revinfo = ades._find_revinfo_data_for_leaf_in_past  # noqa: SLF001 - wrapped


async def _find_revinfo_of_its_time(
    cert: asn1_x509.Certificate,
    validation_data_handlers: ValidationDataHandlers,
    control_time: datetime,
    revocation_checking_rule: RevocationCheckingRule,
) -> object:
    """Leave out lists made after the certificate's end: they no longer name it.

    RFC 5280 §3.3: an expired certificate may be taken off. Such a list would hold the
    control time at today, when the certificate is of course over. What a newer list
    still says of it is asked in `signing.revoked`.
    """
    manager = validation_data_handlers.revinfo_manager
    manager.evict_crls(
        {
            digest_for_poe(crl.crl_data.dump())
            for crl in manager._crls  # noqa: SLF001 - it lists them nowhere
            if crl.issuance_date and crl.issuance_date > cert.not_valid_after
        }
    )
    return await _find_revinfo(
        cert,
        validation_data_handlers,
        control_time=control_time,
        revocation_checking_rule=revocation_checking_rule,
    )


_handle_errors = generic_cms.handle_certvalidator_errors


async def _named(
    cert: asn1_x509.Certificate, coro: Awaitable[Any]
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


# No argument of pyHanko's leads there.
vars(generic_cms)["handle_certvalidator_errors"] = _named
vars(ades)["_find_revinfo_data_for_leaf_in_past"] = _find_revinfo_of_its_time
vars(ades)["past_validate"] = _past_validate
for _module in (ades, context):
    vars(_module)["POEManager"] = _DatedPOEManager


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
