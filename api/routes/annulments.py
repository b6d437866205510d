"""Annulments: the Chairman's decision, and the feed for the provincial portal."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response

from api.annulment_feed import as_csv
from api.auth import PartnerDep, SignDep
from api.deps import FolderDep, ServicesDep
from api.downloads import bundle_of
from api.ownership import attestation_of, check_signatory
from api.schemas.annulments import AnnulmentFeed, AnnulmentIn, AnnulmentOut
from api.schemas.problem import problems

MAX_PAGE = 500
Since = Annotated[int, Query(ge=0, description="Mốc của lần trước")]

router = APIRouter(tags=["hủy bỏ"], responses=problems(401, 403, 404, 429))


@router.post("/attestations/{attestation_id}/annulment", responses=problems(409, 422))
def annul(
    attestation_id: str, body: AnnulmentIn, caller: SignDep, services: ServicesDep
) -> AnnulmentOut:
    """Record the Chairman's decision; in effect at once (scope sign)."""
    check_signatory(services, caller.authority_id, body.signatory)
    attestation_of(services, caller.authority_id, attestation_id)
    made = services.annul(body.signatory, attestation_id, body.decision())
    return AnnulmentOut.of(made)


@router.get("/annulments")
def feed(
    caller: PartnerDep,
    services: ServicesDep,
    since: Since = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
) -> AnnulmentFeed:
    """Give the annulments after a cursor, oldest first."""
    found = services.register.annulments(
        caller.authority_id, after=since, limit=limit + 1
    )
    page = found[:limit]
    return AnnulmentFeed(
        next=page[-1].cursor if page else since,
        more=len(found) > limit,
        annulments=[AnnulmentOut.of(a) for a in page],
    )


@router.get(
    "/annulments.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def feed_csv(caller: PartnerDep, services: ServicesDep, since: Since = 0) -> Response:
    """Give the same as CSV for a spreadsheet, at most 500 rows."""
    found = services.register.annulments(
        caller.authority_id, after=since, limit=MAX_PAGE
    )
    return Response(as_csv(found), media_type="text/csv; charset=utf-8")


@router.get(
    "/attestations/{attestation_id}/bundle.zip",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def bundle(
    attestation_id: str,
    caller: PartnerDep,
    services: ServicesDep,
    folder: FolderDep,
) -> FileResponse:
    """Download everything needed to check the copy without this service."""
    attestation_of(services, caller.authority_id, attestation_id)
    return bundle_of(services, attestation_id, folder)
