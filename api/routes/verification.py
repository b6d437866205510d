"""Public: is this file a certified copy, and what is known of this code?"""

from fastapi import APIRouter, Depends

from api.deps import ServicesDep
from api.limits import limit_public
from api.routes.originals import RAW_BODY
from api.schemas.problem import problems
from api.schemas.verification import CodeOut, ReportOut
from api.uploads import ReceivedDep
from certify.errors import NotFound
from certify.identifiers import parse_verification_code

router = APIRouter(
    tags=["kiểm tra"],
    dependencies=[Depends(limit_public)],
    responses=problems(429),
)


@router.post("/verify", responses=problems(413), openapi_extra=RAW_BODY)
def verify(received: ReceivedDep, services: ServicesDep) -> ReportOut:
    """Judge a file sent as the raw body. Any bytes get a verdict; nothing is kept."""
    return ReportOut.of(services.verify(received.path))


@router.get("/codes/{code}", responses=problems(404))
def look_up(code: str, services: ServicesDep) -> CodeOut:
    """Tell what the register knows of a code: never green by code alone."""
    canonical = parse_verification_code(code)
    copy = services.register.released(canonical) if canonical else None
    if copy is None:
        raise NotFound(what="bản sao có mã này")
    return CodeOut.of(copy)
