"""The signatory's page: what waits for the USB token, and signing it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from api.agent_port import DEFAULT_PORT
from api.deps import ServicesDep, SettingsDep
from api.errors import problem, status_of
from api.headers import CONTENT_POLICY
from api.pages.desk_form import DeskFormDep, desk_only, desk_page
from api.schemas.signature_requests import SigningOut, answer_of
from api.services import Services
from api.signing_queue import begin_these, signing_state
from certify.errors import CertifyError, InvalidInput

router = APIRouter(
    prefix="/desk/sign", dependencies=[Depends(desk_only)], include_in_schema=False
)

Port = Annotated[int, Query(ge=1, le=65535)]


@router.get("")
def show(
    request: Request, services: ServicesDep, port: Port = DEFAULT_PORT
) -> Response:
    """Show what waits; this page alone may speak to the agent on this machine."""
    signatory = services.people.signatory(services.signatory_id)
    agent = f"https://127.0.0.1:{port}"
    page = desk_page(
        request,
        "sign.html",
        signatory=signatory,
        external=signatory.key_id in services.external_keys,
        state=signing_state(services, signatory.id, ready=False),
        agent=agent,
        port=port,
    )
    page.headers["Content-Security-Policy"] = CONTENT_POLICY.replace(
        "connect-src 'self'", f"connect-src 'self' {agent}"
    )
    return page


@router.get("/guide")
def guide(request: Request, settings: SettingsDep) -> Response:
    """Tell how to set up the agent on the officer's machine."""
    return desk_page(
        request, "sign_guide.html", origin=settings.base_url, port=DEFAULT_PORT
    )


@router.post("/poll")
def poll(form: DeskFormDep, services: ServicesDep) -> SigningOut:
    """Give what is asked now; `ready` says that agent and token are at hand."""
    return signing_state(
        services, services.signatory_id, ready=form.text("ready") == "1"
    )


@router.post("/begin", status_code=204)
def begin(form: DeskFormDep, services: ServicesDep) -> None:
    """Begin issuing these copies, as far as they wait for this signatory."""
    ids = form.text("attestations").split()
    begin_these(services, services.signatory_id, ids)


@router.post("/leave", status_code=204)
def leave(form: DeskFormDep, services: ServicesDep) -> None:
    """Say that nobody is there to sign any more."""
    del form
    services.collect.leave(services.signatory_id)


@router.post("/requests/{request_id}/signature")
def answer(request_id: str, form: DeskFormDep, services: ServicesDep) -> Response:
    """Take a signature of the agent."""
    try:
        _answer(request_id, form, services)
    except CertifyError as error:
        return problem(status_of(error), error.code, str(error))
    return JSONResponse({})


@router.post("/requests/{request_id}/refusal")
def refuse(request_id: str, form: DeskFormDep, services: ServicesDep) -> Response:
    """Say no."""
    del form
    try:
        services.collect.decline(services.signatory_id, request_id)
    except CertifyError as error:
        return problem(status_of(error), error.code, str(error))
    return JSONResponse({})


def _answer(request_id: str, form: DeskFormDep, services: Services) -> None:
    attempt = form.text("attempt", 6)
    if not attempt.isascii() or not attempt.isdigit():
        raise InvalidInput(field="attempt", reason="phải là số nguyên")
    services.collect.answer(
        services.signatory_id,
        request_id,
        answer_of(
            attestation_id=form.text("attestation_id", 64),
            attempt=int(attempt),
            certificate_sha256=form.text("certificate_sha256", 64),
            digest=form.text("digest", 128),
            signature=form.text("signature", 4096),
        ),
    )
