"""Refusing, reporting, taking back; and the papers to print."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.case_fee import fee_of
from api.deps import ServicesDep, SettingsDep
from api.errors import status_of
from api.ownership import case_of, original_of, record_of
from api.pages.decisions import Typed, suspicion_of, typed_again, unanswered
from api.pages.desk_form import DeskFormDep, desk_only, desk_page
from api.pages.paper_page import Said, show_paper
from certify.clock import vietnamese_day
from certify.desk_record import RecordKind
from certify.errors import CertifyError
from certify.legal_tables import chosen, in_force

router = APIRouter(
    prefix="/desk", dependencies=[Depends(desk_only)], include_in_schema=False
)


@router.post("/originals/{original_id}/refusal")
def refuse(
    original_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> Response:
    """Refuse the paper, or say what is missing and keep what was typed."""
    original = original_of(services, services.authority_id, original_id)
    try:
        services.desk_papers.refuse(
            services.officer_id,
            original_id,
            reason=form.text("refusal.reason", 40),
            detail=form.text("refusal.detail", 2000),
        )
    except CertifyError as error:
        said = Said(refusal=typed_again(form, error))
        return show_paper(request, services, settings, original, said, status_of(error))
    return RedirectResponse(f"/desk/originals/{original_id}#quyet-dinh", 303)


@router.post("/originals/{original_id}/report")
def report(
    original_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> Response:
    """Report the paper, or say what is missing and keep what was typed."""
    original = original_of(services, services.authority_id, original_id)
    day = vietnamese_day(services.clock.now())
    errors = unanswered(form, in_force(services.legal_tables.measures, day))
    if errors:
        said = Said(report=Typed(values=form.starting_with(""), errors=errors))
        return show_paper(request, services, settings, original, said, 422)
    try:
        services.desk_papers.report_suspicion(
            services.officer_id, original_id, suspicion_of(form)
        )
    except CertifyError as error:
        said = Said(report=typed_again(form, error))
        return show_paper(request, services, settings, original, said, status_of(error))
    return RedirectResponse(f"/desk/originals/{original_id}#quyet-dinh", 303)


@router.post("/records/{record_id}/withdrawal")
def withdraw(
    record_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> Response:
    """Take a refusal back."""
    record = record_of(services, services.authority_id, record_id)
    original = original_of(services, services.authority_id, record.original_id)
    try:
        services.desk_papers.withdraw_refusal(
            services.officer_id, record_id, form.text("withdrawal.reason", 2000)
        )
    except CertifyError as error:
        said = Said(withdrawal=typed_again(form, error))
        return show_paper(request, services, settings, original, said, status_of(error))
    return RedirectResponse(f"/desk/originals/{original.id}#quyet-dinh", 303)


@router.get("/records/{record_id}")
def show_record(record_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the refusal or report, to print on A4."""
    record = record_of(services, services.authority_id, record_id)
    template = "print_refusal.html"
    if record.kind is RecordKind.FORGERY:
        template = "print_report.html"
    return desk_page(
        request,
        template,
        record=record,
        head=record.heading,
        content=record.content,
        case_id=record.case_id,
    )


@router.get("/cases/{case_id}/receipt")
def show_receipt(case_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the receipt with the hour and day of return (TT 01/2020/TT-BTP Đ2)."""
    case = case_of(services, services.authority_id, case_id)
    originals = services.cases.originals(case.id)
    day = vietnamese_day(case.opened_at)
    return desk_page(
        request,
        "print_receipt.html",
        case=case,
        case_id=case.id,
        originals=originals,
        form=chosen(services.legal_tables.forms, "receipt", day, field="Mẫu giấy hẹn"),
        authority=services.people.authority(case.authority_id),
        officer=services.people.officer(case.officer_id),
        fee=fee_of(services, originals),
    )
