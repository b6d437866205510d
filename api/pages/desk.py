"""The desk: the list of visits, a new visit, one visit with its papers."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.case_fee import fee_of
from api.common_papers import COMMON_PAPERS
from api.deps import ServicesDep
from api.errors import status_of
from api.ownership import case_of
from api.pages.desk_form import DeskForm, DeskFormDep, desk_only, desk_page
from api.pages.words import CASE_STATUS_WORDS, RECORD_WORDS, STEP_WORDS
from api.services import Services
from certify.case import CaseStatus, Original
from certify.condition import warnings
from certify.desk_record import DeskRecord
from certify.errors import InvalidInput
from certify.overdue import is_late
from certify.people import Requester

PAGE_SIZE = 20
_OVER = {CaseStatus.RESULT_RETURNED, CaseStatus.WITHDRAWN, CaseStatus.STOPPED}
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
# The core names fields by their Vietnamese label; the page by their form name.
_FIELDS = {
    "Họ tên người yêu cầu": "name",
    "Tên giấy tờ": "title",
    "Số bản sao": "copies",
    "Số trang bản chính": "pages",
}

router = APIRouter(
    prefix="/desk", dependencies=[Depends(desk_only)], include_in_schema=False
)


@router.get("")
def list_cases(request: Request, services: ServicesDep, page: int = 1) -> Response:
    """Show the visits, newest first, and the form for a new one."""
    return _list(request, services, page=page, values={}, errors={})


@router.post("/cases")
def open_case(request: Request, form: DeskFormDep, services: ServicesDep) -> Response:
    """Open a visit; on an error show the form again with what was typed."""
    values = {name: form.text(name, 254) for name in ("name", "email", "phone")}
    errors = {}
    if not values["name"]:
        errors["name"] = "Hãy nhập họ tên người yêu cầu"
    if values["email"] and not _EMAIL.fullmatch(values["email"]):
        errors["email"] = "Địa chỉ thư điện tử chưa đúng, ví dụ: ten@example.vn"
    if not errors:
        try:
            case = services.desk.open_case(services.officer_id, Requester(**values))
        except InvalidInput as error:
            errors = _next_to_field(error, "name")
        else:
            return RedirectResponse(f"/desk/cases/{case.id}", 303)
    return _list(request, services, values=values, errors=errors, status=422)


@router.get("/cases/{case_id}")
def show_case(case_id: str, request: Request, services: ServicesDep) -> Response:
    """Show a visit with its papers and the form for another paper."""
    return _case(request, services, case_id, values={}, errors={})


@router.post("/cases/{case_id}/originals")
def add_original(
    case_id: str, request: Request, form: DeskFormDep, services: ServicesDep
) -> Response:
    """Add a paper and go to it."""
    values = {
        name: form.text(name, 400) for name in ("title", "issuer", "copies", "pages")
    }
    try:
        original = services.desk.add_original(
            services.officer_id,
            case_id,
            title=values["title"],
            issuer=values["issuer"],
            copies=_whole(form, "copies", "Số bản sao"),
            declared_pages=_whole(form, "pages", "Số trang bản chính")
            if values["pages"]
            else None,
        )
    except InvalidInput as error:
        errors = _next_to_field(error, "title")
        return _case(
            request,
            services,
            case_id,
            values=values,
            errors=errors,
            status=status_of(error),
        )
    return RedirectResponse(f"/desk/originals/{original.id}", 303)


def _list(
    request: Request,
    services: Services,
    *,
    values: dict[str, str],
    errors: dict[str, str],
    page: int = 1,
    status: int = 200,
) -> Response:
    total = services.cases.count_cases(services.authority_id)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    cases = services.cases.cases(
        services.authority_id, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    now = services.clock.now()
    return desk_page(
        request,
        "desk_list.html",
        status,
        authority=services.people.authority(services.authority_id),
        officer=services.people.officer(services.officer_id),
        cases=cases,
        late={case.id for case in cases if is_late(case, now)},
        total=total,
        page=page,
        pages=pages,
        status_words=CASE_STATUS_WORDS,
        warnings=warnings(services.condition.look(), now),
        external=bool(services.external_keys),
        values=values,
        errors=errors,
    )


def _case(
    request: Request,
    services: Services,
    case_id: str,
    *,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    case = case_of(services, services.authority_id, case_id)
    originals = services.cases.originals(case.id)
    records = services.records.records(case.id)
    return desk_page(
        request,
        "desk_case.html",
        status,
        case=case,
        status_word=CASE_STATUS_WORDS[case.status],
        fee=fee_of(services, originals),
        rows=[(o, _stage(services, o, records)) for o in originals],
        records=records,
        can_add=case.status not in _OVER,
        papers=COMMON_PAPERS,
        values=values,
        errors=errors,
    )


def _stage(
    services: Services, original: Original, records: Sequence[DeskRecord]
) -> str:
    """Say in a few words how far a paper has come."""
    mine = [r.kind for r in records if r.original_id == original.id and r.in_force]
    if mine:
        return RECORD_WORDS[mine[-1]]
    if original.attestation_id is not None:
        copy = services.register.released_attestation(original.attestation_id)
        if copy is not None and copy.annulment is not None:
            return "Đã hủy bỏ giá trị pháp lý"
        return STEP_WORDS[services.cases.attestation(original.attestation_id).step]
    return "Chờ đối chiếu" if original.scan else "Chờ bản chụp"


def _whole(form: DeskForm, name: str, label: str) -> int:
    text = form.text(name, 6)
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(field=label, reason="phải là số nguyên")
    return int(text)


def _next_to_field(error: InvalidInput, default: str) -> dict[str, str]:
    return {_FIELDS.get(str(error.data.get("field")), default): str(error)}
