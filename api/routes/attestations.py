"""Attestations: confirm, issue, download."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from api.auth import (
    IssueDep,
    PartnerDep,
    ReadDep,
    SignDep,
)
from api.deps import FolderDep, ServicesDep
from api.downloads import newest_edition
from api.ownership import attestation_of, check_signatory
from api.schemas.attestations import (
    AttestationOut,
    ConfirmationIn,
    EditionOut,
    StatementOut,
)
from api.schemas.problem import problems
from certify.errors import WrongState

router = APIRouter(tags=["chứng thực"], responses=problems(401, 403, 404, 409, 429))


@router.get("/attestations/{attestation_id}")
def get_attestation(
    attestation_id: str, caller: PartnerDep, services: ServicesDep
) -> AttestationOut:
    """Tell how far issuance has come and what it waits for."""
    view = attestation_of(services, caller.authority_id, attestation_id)
    copy = services.register.released_attestation(attestation_id)
    return AttestationOut.of(view, copy.annulment if copy else None)


@router.get("/attestations/{attestation_id}/statement")
def get_statement(
    attestation_id: str,
    signatory: Annotated[str, Query(max_length=64)],
    caller: ReadDep,
    services: ServicesDep,
) -> StatementOut:
    """Give exactly what this signatory would confirm now."""
    attestation_of(services, caller.authority_id, attestation_id)
    return StatementOut.of(services.desk.draft_statement(attestation_id, signatory))


@router.post("/confirmations", responses=problems(422))
def confirm(
    body: ConfirmationIn, caller: SignDep, services: ServicesDep
) -> list[AttestationOut]:
    """Have the signatory confirm a list in one act (scope sign)."""
    check_signatory(services, caller.authority_id, body.signatory)
    for attestation_id in body.attestations:
        attestation_of(services, caller.authority_id, attestation_id)
    services.desk.approve(body.signatory, body.attestations, body.content_digests)
    services.confirmed(body.attestations)
    return [
        AttestationOut.of(services.cases.attestation(attestation_id))
        for attestation_id in body.attestations
    ]


@router.post("/attestations/{attestation_id}/issue", responses=problems(503))
def issue(attestation_id: str, caller: IssueDep, services: ServicesDep) -> EditionOut:
    """Issue a confirmed copy; 503 with Retry-After while a dependency is away.

    A worker may have been quicker: of a released copy this gives the newest edition.
    """
    attestation_of(services, caller.authority_id, attestation_id)
    try:
        return EditionOut.of(services.issue(attestation_id))
    except WrongState:
        copy = services.register.released_attestation(attestation_id)
        if copy is None or copy.annulment:
            raise
        return EditionOut.of(copy.newest)


@router.get(
    "/attestations/{attestation_id}/copy.pdf",
    response_class=FileResponse,
    responses={200: {"content": {"application/pdf": {}}}},
)
def download(
    attestation_id: str,
    caller: PartnerDep,
    services: ServicesDep,
    folder: FolderDep,
) -> FileResponse:
    """Download the newest edition; its digest is checked on the way."""
    attestation_of(services, caller.authority_id, attestation_id)
    return newest_edition(services, attestation_id, folder)
