"""Visits and the papers in them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth import OfficerDep, PartnerDep
from api.case_fee import fee_of
from api.deps import ServicesDep
from api.ownership import case_of
from api.schemas.cases import (
    CaseBrief,
    CaseFull,
    CasePage,
    NewCase,
    NewOriginal,
    OriginalBrief,
)
from api.schemas.problem import problems

PAGE_SIZE = 20
MAX_PAGE = 100_000

router = APIRouter(prefix="/cases", tags=["hồ sơ"], responses=problems(401, 403, 429))


@router.post("", status_code=201, responses=problems(422))
def open_case(
    body: NewCase, caller: OfficerDep, services: ServicesDep, response: Response
) -> CaseFull:
    """Open a visit of one requester (scope officer)."""
    case = services.desk.open_case(caller.officer_id, body.requester.to_requester())
    response.headers["Location"] = f"/api/v1/cases/{case.id}"
    return CaseFull.full(case, [], fee_of(services, []))


@router.get("")
def list_cases(
    caller: PartnerDep,
    services: ServicesDep,
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
) -> CasePage:
    """List the authority's visits, newest first."""
    total = services.cases.count_cases(caller.authority_id)
    cases = services.cases.cases(
        caller.authority_id, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return CasePage(
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        cases=[CaseBrief.of(case) for case in cases],
    )


@router.get("/{case_id}", responses=problems(404))
def get_case(case_id: str, caller: PartnerDep, services: ServicesDep) -> CaseFull:
    """Give a visit with its papers and its fee."""
    case = case_of(services, caller.authority_id, case_id)
    originals = services.cases.originals(case.id)
    return CaseFull.full(case, originals, fee_of(services, originals))


@router.post("/{case_id}/originals", status_code=201, responses=problems(404, 422))
def add_original(
    case_id: str,
    body: NewOriginal,
    caller: OfficerDep,
    services: ServicesDep,
    response: Response,
) -> OriginalBrief:
    """Add a paper; each paper takes a number of its own (scope officer)."""
    original = services.desk.add_original(
        caller.officer_id,
        case_id,
        title=body.title,
        issuer=body.issuer,
        copies=body.copies,
        declared_pages=body.declared_pages,
    )
    response.headers["Location"] = f"/api/v1/originals/{original.id}"
    return OriginalBrief.of(original)
