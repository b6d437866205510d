"""The signatory's panel: confirm and issue, wait visibly, hand over the file."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from api.deps import FolderDep, ServicesDep, SettingsDep
from api.downloads import bundle_of, newest_edition
from api.errors import status_of
from api.issue_progress import STEPS, IssueProgress
from api.ownership import attestation_of
from api.pages.desk_form import DeskFormDep, desk_only, desk_page
from api.pages.paper_page import Said, show_paper
from api.services import Services
from certify.attestation import AttestationView, IssuanceStep
from certify.errors import CertifyError, NotFound

router = APIRouter(
    prefix="/desk/attestations",
    dependencies=[Depends(desk_only)],
    include_in_schema=False,
)


@router.post("/{attestation_id}/issue")
def issue(
    attestation_id: str,
    request: Request,
    form: DeskFormDep,
    services: ServicesDep,
    settings: SettingsDep,
) -> Response:
    """Confirm what was shown, if not yet confirmed, and issue."""
    view = attestation_of(services, services.authority_id, attestation_id)
    progress: IssueProgress = request.app.state.progress
    report = progress.reporter(attestation_id)
    report(0, "Ghi nhận xác nhận của người ký")
    try:
        _confirm(services, view, form.text("content_digest", 64))
        services.issue(attestation_id, report)
    except CertifyError as error:
        original = services.cases.original(view.original_id)
        said = Said(issue_error=str(error))
        return show_paper(request, services, settings, original, said, status_of(error))
    return RedirectResponse(f"/desk/originals/{view.original_id}#ket-qua", 303)


@router.get("/{attestation_id}/progress")
def progress(
    attestation_id: str, request: Request, services: ServicesDep
) -> dict[str, str | int]:
    """Tell the waiting page which of the nine steps runs."""
    attestation_of(services, services.authority_id, attestation_id)
    newest = request.app.state.progress.newest(attestation_id)
    return {"step": newest.step, "of": STEPS, "text": newest.text}


@router.get("/{attestation_id}/copy.pdf")
def download(
    attestation_id: str, services: ServicesDep, folder: FolderDep
) -> FileResponse:
    """Hand over the newest edition."""
    attestation_of(services, services.authority_id, attestation_id)
    return newest_edition(services, attestation_id, folder)


@router.get("/{attestation_id}/bundle.zip")
def bundle(
    attestation_id: str, services: ServicesDep, folder: FolderDep
) -> FileResponse:
    """Hand over all that is needed to check the copy elsewhere."""
    attestation_of(services, services.authority_id, attestation_id)
    return bundle_of(services, attestation_id, folder)


@router.get("/{attestation_id}/check")
def check(
    attestation_id: str, request: Request, services: ServicesDep, folder: FolderDep
) -> Response:
    """Judge the archived file as a stranger would, and show the verdict."""
    view = attestation_of(services, services.authority_id, attestation_id)
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    path = folder / "copy.pdf"
    services.archive.fetch(copy.newest.stored, path)
    return desk_page(
        request,
        "report.html",
        report=services.verify(path),
        other_code=False,
        checked_at=services.clock.now(),
        sealed_report=None,
        back=f"/desk/originals/{view.original_id}#ket-qua",
    )


def _confirm(services: Services, view: AttestationView, seen: str) -> None:
    """Have the signatory confirm, unless an earlier confirmation still stands."""
    if view.step is IssuanceStep.COMPARED or _expired(services, view):
        services.desk.approve(services.signatory_id, [view.id], {view.id: seen})


def _expired(services: Services, view: AttestationView) -> bool:
    return (
        view.step is not IssuanceStep.RELEASED
        and view.statement is not None
        and view.statement.expired(services.clock.now())
    )
