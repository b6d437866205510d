"""Public: is this file a certified copy, and what is known of this code?"""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.deps import FolderDep, ServicesDep
from api.limits import limit_files, limit_public
from api.many_files import judge_each
from api.pages.desk_form import PublicFormDep
from api.routes.originals import RAW_BODY
from api.schemas.problem import problems
from api.schemas.verification import CodeOut, FileReportOut, ReportOut
from api.uploads import ReceivedDep, keep_form_files
from certify.errors import InvalidInput, NotFound
from certify.identifiers import parse_verification_code

FILES_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}

router = APIRouter(
    tags=["kiểm tra"],
    dependencies=[Depends(limit_public)],
    responses=problems(429),
)


@router.post("/verify", responses=problems(413), openapi_extra=RAW_BODY)
def verify(received: ReceivedDep, services: ServicesDep) -> ReportOut:
    """Judge a file sent as the raw body. Any bytes get a verdict; nothing is kept."""
    return ReportOut.of(services.verify(received.path))


@router.post(
    "/verify/signed",
    responses={200: {"content": {"application/zip": {}}}, **problems(413)},
    response_class=Response,
    openapi_extra=RAW_BODY,
)
def verify_signed(received: ReceivedDep, services: ServicesDep) -> Response:
    """Judge a file; answer with the report as JSON and its CMS signature, in a ZIP."""
    bundle = services.signed_reports.of(services.verify(received.path))
    return Response(bundle, media_type="application/zip")


@router.post("/verify/files", responses=problems(413, 422), openapi_extra=FILES_BODY)
def verify_files(
    form: PublicFormDep, request: Request, services: ServicesDep, folder: FolderDep
) -> list[FileReportOut]:
    """Judge up to 20 files of a form, one after the other; each has its own answer."""
    uploads = form.files("file")
    if not uploads:
        raise InvalidInput(field="file", reason="hãy gửi ít nhất một tệp")
    limit_files(request, len(uploads))
    kept = keep_form_files(uploads, folder)
    named = ((u.filename or "", r.path) for u, r in zip(uploads, kept, strict=True))
    return [FileReportOut.of(judged) for judged in judge_each(services.verify, named)]


@router.get("/codes/{code}", responses=problems(404))
def look_up(code: str, services: ServicesDep) -> CodeOut:
    """Tell what the register knows of a code: never green by code alone."""
    canonical = parse_verification_code(code)
    copy = services.register.released(canonical) if canonical else None
    if copy is None:
        raise NotFound(what="bản sao có mã này")
    return CodeOut.of(copy)
