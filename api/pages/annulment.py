"""The desk's page for an annulment: the decision, a look at it, then the act."""

from dataclasses import dataclass, field
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import ServicesDep
from api.errors import status_of
from api.ownership import attestation_of
from api.pages.desk_form import DeskFormDep, desk_only, desk_page
from api.services import Services
from certify.annul import MAX_NUMBER, MAX_REASON
from certify.annulment import Decision
from certify.attestation import AttestationView, CertifiedCopy
from certify.clock import vietnamese_day
from certify.errors import CertifyError, InvalidInput, NotFound

router = APIRouter(
    prefix="/desk/attestations",
    dependencies=[Depends(desk_only)],
    include_in_schema=False,
)


@dataclass(frozen=True)
class _Typed:
    """What was typed, what is wrong with it, and whether it is shown once more."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    sentence: str = ""
    confirming: bool = False


_FIELDS = {"Số quyết định": "number", "Ngày quyết định": "day", "Lý do": "reason"}


@router.get("/{attestation_id}/annul")
def ask(attestation_id: str, request: Request, services: ServicesDep) -> Response:
    """Ask for the decision."""
    today = vietnamese_day(services.clock.now()).isoformat()
    return _page(request, services, attestation_id, _Typed({"day": today}))


@router.post("/{attestation_id}/annul")
def annul(
    attestation_id: str, request: Request, form: DeskFormDep, services: ServicesDep
) -> Response:
    """Show the decision once more, then record it; nothing typed is ever lost."""
    values = {
        "number": form.text("number", MAX_NUMBER),
        "day": form.text("day", 10),
        "reason": form.text("reason", MAX_REASON),
    }
    errors = _missing(values)
    if errors or not form.ticked("sure"):
        confirming = not errors and not form.ticked("edit")
        typed = _Typed(values, errors, confirming=confirming)
        status = 422 if errors else 200
        return _page(request, services, attestation_id, typed, status)
    view = attestation_of(services, services.authority_id, attestation_id)
    decision = Decision(
        values["number"], date.fromisoformat(values["day"]), values["reason"]
    )
    try:
        services.annul(services.signatory_id, attestation_id, decision)
    except CertifyError as error:
        sentence = "" if isinstance(error, InvalidInput) else str(error)
        typed = _Typed(values, _next_to_field(error), sentence)
        return _page(request, services, attestation_id, typed, status_of(error))
    return RedirectResponse(f"/desk/originals/{view.original_id}#ket-qua", 303)


def _missing(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not values["number"]:
        errors["number"] = "Hãy nhập số quyết định, ví dụ 12/QĐ-UBND"
    try:
        date.fromisoformat(values["day"])
    except ValueError:
        errors["day"] = "Hãy chọn ngày ghi trên quyết định"
    if not values["reason"]:
        errors["reason"] = "Hãy nhập lý do hủy bỏ"
    return errors


def _next_to_field(error: CertifyError) -> dict[str, str]:
    if not isinstance(error, InvalidInput):
        return {}
    return {_FIELDS.get(str(error.data.get("field")), "number"): str(error)}


def _page(
    request: Request,
    services: Services,
    attestation_id: str,
    typed: _Typed,
    status: int = 200,
) -> Response:
    view, copy = _released(services, attestation_id)
    return desk_page(
        request,
        "annul.html",
        status,
        view=view,
        copy=copy,
        signatory=services.people.signatory(services.signatory_id),
        values=typed.values,
        day=date.fromisoformat(typed.values["day"]) if typed.confirming else None,
        errors=typed.errors,
        sentence=typed.sentence,
        confirming=typed.confirming,
    )


def _released(
    services: Services, attestation_id: str
) -> tuple[AttestationView, CertifiedCopy]:
    view = attestation_of(services, services.authority_id, attestation_id)
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    return view, copy
