"""Refusing a paper, reporting a suspicious one, taking a refusal back."""

from fastapi import APIRouter, Response

from api.auth import OfficerDep, ReadDep
from api.deps import ServicesDep
from api.ownership import case_of, original_of, record_of
from api.schemas.desk_records import (
    LegalEntryOut,
    LegalTablesOut,
    RecordOut,
    RefusalIn,
    ReportIn,
    WithdrawalIn,
)
from api.schemas.problem import problems
from certify.clock import vietnamese_day
from certify.legal_tables import in_force

router = APIRouter(tags=["từ chối"], responses=problems(401, 403, 429))


@router.get("/legal-tables")
def get_legal_tables(caller: ReadDep, services: ServicesDep) -> LegalTablesOut:
    """Give the reasons, measures and exemptions that may be chosen today."""
    _ = caller
    day = vietnamese_day(services.clock.now())
    return LegalTablesOut(
        **{
            name: [
                LegalEntryOut.of(row)
                for row in in_force(getattr(services.legal_tables, name), day)
            ]
            for name in LegalTablesOut.model_fields
        }
    )


@router.post(
    "/originals/{original_id}/refusal",
    status_code=201,
    responses=problems(404, 409, 422, 503),
)
def refuse(
    original_id: str,
    body: RefusalIn,
    caller: OfficerDep,
    services: ServicesDep,
    response: Response,
) -> RecordOut:
    """Refuse a paper (scope officer); it is never issued while the refusal stands."""
    original_of(services, caller.authority_id, original_id)
    record = services.desk_papers.refuse(
        caller.officer_id, original_id, reason=body.reason, detail=body.detail
    )
    response.headers["Location"] = f"/api/v1/records/{record.id}"
    return RecordOut.of(record)


@router.post(
    "/originals/{original_id}/report",
    status_code=201,
    responses=problems(404, 409, 422, 503),
)
def report(
    original_id: str,
    body: ReportIn,
    caller: OfficerDep,
    services: ServicesDep,
    response: Response,
) -> RecordOut:
    """Report a suspicious paper (scope officer); the whole visit stops for good."""
    original_of(services, caller.authority_id, original_id)
    record = services.desk_papers.report_suspicion(
        caller.officer_id, original_id, body.to_typed()
    )
    response.headers["Location"] = f"/api/v1/records/{record.id}"
    return RecordOut.of(record)


@router.get("/records/{record_id}", responses=problems(404))
def get_record(record_id: str, caller: OfficerDep, services: ServicesDep) -> RecordOut:
    """Give a refusal or report (scope officer)."""
    return RecordOut.of(record_of(services, caller.authority_id, record_id))


@router.post("/records/{record_id}/withdrawal", responses=problems(404, 409, 422))
def withdraw(
    record_id: str, body: WithdrawalIn, caller: OfficerDep, services: ServicesDep
) -> RecordOut:
    """Take a mistaken refusal back (scope officer)."""
    record_of(services, caller.authority_id, record_id)
    return RecordOut.of(
        services.desk_papers.withdraw_refusal(caller.officer_id, record_id, body.reason)
    )


@router.get("/cases/{case_id}/records", responses=problems(404))
def list_records(
    case_id: str, caller: OfficerDep, services: ServicesDep
) -> list[RecordOut]:
    """List the refusals and reports of a visit, oldest first (scope officer)."""
    case = case_of(services, caller.authority_id, case_id)
    return [RecordOut.of(record) for record in services.records.records(case.id)]
