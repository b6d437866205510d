"""Open to everybody: check a file, look at what is known of a code."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.common_papers import public_type
from api.deps import FolderDep, ServicesDep, SettingsDep
from api.limits import limit_files, limit_public
from api.many_files import MAX_FILES, judge_each
from api.pages.desk_form import PublicFormDep
from api.rendering import render
from api.services import Services
from api.signed_report import LONGEST
from api.uploads import keep_form_file, keep_form_files
from api.web_settings import WebSettings
from certify.identifiers import parse_verification_code
from certify.verify import Report

router = APIRouter(include_in_schema=False)
limited = [Depends(limit_public)]


@router.get("/")
def home() -> Response:
    """Start where everybody may."""
    return RedirectResponse("/verify", 303)


@router.get("/verify")
def ask(settings: SettingsDep) -> Response:
    """Ask for a file or a code."""
    return _ask(settings)


@router.post("/verify", dependencies=limited)
def judge(
    form: PublicFormDep,
    request: Request,
    services: ServicesDep,
    settings: SettingsDep,
    folder: FolderDep,
) -> Response:
    """Judge a file, or several one after the other; nothing of them is kept."""
    uploads = form.files("file")
    if not uploads:
        return _ask(settings, file_error="Hãy chọn một tệp PDF.", status=422)
    if len(uploads) > 1:
        limit_files(request, len(uploads))
        kept = keep_form_files(uploads, folder)
        names = (upload.filename or "" for upload in uploads)
        paths = (received.path for received in kept)
        judged = list(judge_each(services.verify, zip(names, paths, strict=True)))
        return _page(settings, "reports.html", judged=judged)
    report = services.verify(keep_form_file(uploads[0], folder).path)
    return _report(settings, services, report, back="/verify")


@router.post("/verify/signed-report", dependencies=limited)
def sign_report(form: PublicFormDep, services: ServicesDep) -> Response:
    """Sign a report that a page of ours has shown."""
    bundle = services.signed_reports.signed(
        form.text("report", LONGEST), form.text("mac", 64)
    )
    return Response(
        bundle,
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="bao-cao-kiem-tra.zip"'},
    )


@router.get("/verify/adobe")
def about_adobe(settings: SettingsDep) -> Response:
    """Say why Adobe does not know the signers, and what to do about it."""
    return _page(settings, "adobe.html")


@router.post("/v", dependencies=limited)
def go_to_code(form: PublicFormDep, settings: SettingsDep) -> Response:
    """Take a typed code, however it is written."""
    typed = form.text("code", 60)
    code = parse_verification_code(typed)
    if code is None:
        return _ask(
            settings,
            typed=typed,
            code_error="Mã có 16 chữ và số, in dưới mã QR ở chân mỗi trang.",
            status=422,
        )
    return RedirectResponse(f"/v/{code}", 303)


@router.get("/v/{code}", dependencies=limited)
def show_code(code: str, services: ServicesDep, settings: SettingsDep) -> Response:
    """Show what the register knows: never green by code alone."""
    canonical = parse_verification_code(code)
    copy = services.register.released(canonical) if canonical else None
    if copy is None:
        return _page(settings, "code_unknown.html", 404, malformed=canonical is None)
    return _page(
        settings,
        "code.html",
        code=canonical,
        copy=copy,
        document_type=public_type(copy.statement.original_title),
        max_upload_bytes=settings.max_upload_bytes,
    )


@router.post("/v/{code}", dependencies=limited)
def judge_with_code(
    code: str,
    form: PublicFormDep,
    services: ServicesDep,
    settings: SettingsDep,
    folder: FolderDep,
) -> Response:
    """Judge a file that is said to be the copy of this code."""
    upload = form.file("file")
    if upload is None:
        return RedirectResponse(f"/v/{parse_verification_code(code) or ''}", 303)
    report = services.verify(keep_form_file(upload, folder).path)
    claimed = report.copy.statement.verification_code if report.copy else None
    other = claimed is not None and claimed != parse_verification_code(code)
    return _report(settings, services, report, back=f"/v/{code}", other_code=other)


def _report(
    settings: WebSettings,
    services: Services,
    report: Report,
    *,
    back: str,
    other_code: bool = False,
) -> Response:
    return _page(
        settings,
        "report.html",
        report=report,
        other_code=other_code,
        checked_at=services.clock.now(),
        sealed_report=services.signed_reports.offer(report),
        back=back,
    )


def _ask(
    settings: WebSettings,
    *,
    typed: str = "",
    file_error: str = "",
    code_error: str = "",
    status: int = 200,
) -> Response:
    return _page(
        settings,
        "verify.html",
        status,
        typed=typed,
        file_error=file_error,
        code_error=code_error,
        max_files=MAX_FILES,
        max_upload_bytes=settings.max_upload_bytes,
    )


def _page(
    settings: WebSettings, template: str, status: int = 200, **context: object
) -> Response:
    html = render(template, development=not settings.production, **context)
    return HTMLResponse(html, status_code=status)
