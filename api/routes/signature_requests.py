"""External signing in two steps, for programs that hold a signatory's token.

    prepare   POST /attestations/{id}/signing: issuing begins; answers what to sign
    complete  POST /signature-requests/{id}/signature; then ask GET /attestations/{id}
              until its step is "released", or until it says what it waits for

The confirmation (`POST /confirmations`) comes before: an act of its own, by another
means than the token. Issuing starts only while the signatory is ready, which `prepare`
and `GET /signature-requests?ready=true` say for 30 seconds. A copy whose signature did
not come in time waits with its number; prepare it again.
"""

import time
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import Caller, SignDep
from api.deps import ServicesDep
from api.ownership import attestation_of, check_signatory
from api.schemas.problem import problems
from api.schemas.signature_requests import SignatoryIn, SignatureIn, SigningOut
from api.services import Services
from api.signing_queue import signing_state
from certify.attestation import IssuanceStep
from certify.errors import NotFound, TryLater, WrongState

PREPARE_SECONDS = 20.0  # composing takes a second or two; OCSP may take longer
LOOK_SECONDS = 0.1
_TO_SIGN = {IssuanceStep.APPROVED, IssuanceStep.RESERVED, IssuanceStep.INTENDED}

router = APIRouter(
    tags=["ký bằng USB token"], responses=problems(401, 403, 404, 409, 422, 429)
)


@router.get("/signature-requests")
def list_requests(
    signatory: Annotated[str, Query(max_length=64)],
    caller: SignDep,
    services: ServicesDep,
    *,
    ready: bool = True,
) -> SigningOut:
    """Give what this signatory is asked to sign now; say that they are ready."""
    _check_caller(services, caller, signatory)
    return signing_state(services, signatory, ready=ready)


@router.post("/attestations/{attestation_id}/signing", responses=problems(503))
def prepare(
    attestation_id: str, body: SignatoryIn, caller: SignDep, services: ServicesDep
) -> SigningOut:
    """Begin issuing a confirmed copy; wait until its signature is asked for."""
    _check_caller(services, caller, body.signatory)
    view = attestation_of(services, caller.authority_id, attestation_id)
    if view.statement is None or view.step not in _TO_SIGN:
        raise WrongState(reason="bản sao chưa được xác nhận hoặc đã phát hành")
    if view.statement.signatory_id != body.signatory:
        raise NotFound(what="bản sao chờ người này ký")
    if view.statement.signatory_key_id not in services.external_keys:
        raise WrongState(reason="khóa của người ký không nằm trên USB token")
    services.collect.asked(body.signatory, ready=True)
    services.issue_soon.begin(attestation_id)
    deadline = time.monotonic() + PREPARE_SECONDS
    while time.monotonic() < deadline:
        running = attestation_id in services.issue_soon.running()
        state = signing_state(services, body.signatory, ready=True)
        state.requests = [
            r for r in state.requests if r.attestation_id == attestation_id
        ]
        if state.requests:
            return state
        if not running:
            break
        time.sleep(LOOK_SECONDS)
    waits = services.cases.attestation(attestation_id).waiting
    raise TryLater(reason=(waits or "bản sao đang được soạn").rstrip("."))


@router.post("/signature-requests/{request_id}/signature", status_code=204)
def complete(
    request_id: str, body: SignatureIn, caller: SignDep, services: ServicesDep
) -> None:
    """Hand in the signature; it is verified before it is taken."""
    _check_caller(services, caller, body.signatory)
    services.collect.answer(body.signatory, request_id, body.answer())


@router.post("/signature-requests/{request_id}/refusal", status_code=204)
def refuse(
    request_id: str, body: SignatoryIn, caller: SignDep, services: ServicesDep
) -> None:
    """Say no: the copy waits for a person."""
    _check_caller(services, caller, body.signatory)
    services.collect.decline(body.signatory, request_id)


def _check_caller(services: Services, caller: Caller, signatory_id: str) -> None:
    check_signatory(services, caller.authority_id, signatory_id)
