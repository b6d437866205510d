"""One paper at the desk: its scan, its pictures, the comparison."""

from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from api.deps import FolderDep, ServicesDep, SettingsDep
from api.errors import status_of
from api.ownership import original_of
from api.pages.comparison_form import (
    choices_of,
    forced_refusal,
    problems_of_form,
    to_comparison,
    values_of_form,
)
from api.pages.decisions import Typed
from api.pages.desk_form import DeskForm, DeskFormDep, desk_only
from api.pages.paper_page import Said, show_paper
from api.pages.paper_size import stated_size
from api.previews import PreviewWidth, page_picture
from api.services import Services
from api.uploads import keep_form_files
from certify.errors import CertifyError, WrongState
from certify.scan import UploadedScan

_FORCED = (
    "Có câu trả lời buộc phải từ chối. Hãy xem lại câu đó, hoặc lập phiếu ở phần "
    "“Từ chối chứng thực” bên dưới."
)

router = APIRouter(
    prefix="/desk/originals", dependencies=[Depends(desk_only)], include_in_schema=False
)


@router.get("/{original_id}")
def show(
    original_id: str, request: Request, services: ServicesDep, settings: SettingsDep
) -> Response:
    """Show the paper at the step it has reached."""
    original = original_of(services, services.authority_id, original_id)
    return show_paper(request, services, settings, original, Said())


@router.post("/{original_id}/scan")
def attach_scan(
    original_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
    folder: FolderDep,
) -> Response:
    """Take a scan, or say why not and keep the chosen paper size."""
    original = original_of(services, services.authority_id, original_id)
    try:
        _attach(services, original_id, form, folder)
    except CertifyError as error:
        said = Said(
            scan_error=str(error),
            paper=form.text("paper", 20),
            paper_mm=form.text("paper_mm", 20),
        )
        return show_paper(request, services, settings, original, said, status_of(error))
    return RedirectResponse(f"/desk/originals/{original_id}", 303)


@router.get("/{original_id}/pages/{page}.png")
def picture(
    original_id: str,
    page: int,
    services: ServicesDep,
    folder: FolderDep,
    width: PreviewWidth = PreviewWidth.THUMBNAIL,
) -> FileResponse:
    """Give the picture of a page of the scan."""
    original = original_of(services, services.authority_id, original_id)
    return page_picture(services, original, page, width, folder)


@router.post("/{original_id}/comparison")
def record_comparison(
    original_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> Response:
    """Record the comparison, or show each problem next to its field."""
    original = original_of(services, services.authority_id, original_id)
    if original.scan is None:
        raise WrongState(reason="chưa có bản chụp để đối chiếu")
    choices = choices_of(services, original)
    errors = problems_of_form(form, original.scan, choices)
    sentence, status = _FORCED if forced_refusal(form) else "", 422
    if not errors:
        comparison = to_comparison(
            form,
            original.scan,
            choices,
            officer_id=services.officer_id,
            now=services.clock.now(),
        )
        try:
            services.desk.record_comparison(original_id, comparison)
        except CertifyError as error:
            sentence, status = str(error), status_of(error)
        else:
            return RedirectResponse(f"/desk/originals/{original_id}#ky", 303)
    said = Said(
        comparison_error=sentence,
        errors=errors,
        values=values_of_form(form),
        refusal=_forced(form),
    )
    return show_paper(request, services, settings, original, said, status)


def _forced(form: DeskForm) -> Typed:
    """Open the form of refusal at the reason that an answer forces."""
    reason = forced_refusal(form)
    return Typed(values={"refusal.reason": reason}) if reason else Typed()


def _attach(services: Services, original_id: str, form: DeskForm, folder: Path) -> None:
    size = stated_size(form)
    received = keep_form_files(form.files("scan"), folder)
    services.scan_desk.attach(
        services.officer_id,
        original_id,
        [UploadedScan(file.path, file.size_bytes, size) for file in received],
    )
