"""A paper: its scan, its pictures, the record of the comparison."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from api.auth import OfficerDep, PictureDep, ReadDep
from api.deps import FolderDep, ServicesDep
from api.ownership import original_of
from api.previews import DEFAULT_WIDTH, PreviewWidth, page_picture
from api.schemas.attestations import AttestationOut
from api.schemas.originals import ComparisonIn, OriginalFull, ScanOut
from api.schemas.problem import problems
from api.uploads import ReceivedDep
from certify.clock import vietnamese_day
from certify.known import Known
from certify.scan import UploadedScan

router = APIRouter(
    prefix="/originals", tags=["bản chính"], responses=problems(401, 403, 404, 429)
)

Millimetres = Annotated[float | None, Query(ge=10, le=2000)]
RAW_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("application/octet-stream", "application/pdf")
        },
    }
}


@router.put("/{original_id}/scan", responses=problems(413, 422), openapi_extra=RAW_BODY)
def attach_scan(
    original_id: str,
    caller: OfficerDep,
    received: ReceivedDep,  # after the caller: strangers write nothing to disk
    services: ServicesDep,
    paper_width_mm: Millimetres = None,
    paper_height_mm: Millimetres = None,
) -> ScanOut:
    """Send the scan as the raw body (scope officer).

    The paper size is needed only when the file carries no resolution. The answer
    lists every finding; a scan with blocking ones can never be compared.
    """
    stated = None
    if paper_width_mm is not None and paper_height_mm is not None:
        stated = (paper_width_mm, paper_height_mm)
    upload = UploadedScan(received.path, received.size_bytes, stated)
    scan = services.desk.attach_scan(caller.officer_id, original_id, upload)
    return ScanOut.of(scan, services.register.known(scan, caller.authority_id))


router.add_api_route(
    "/{original_id}/scan",
    attach_scan,
    methods=["POST"],
    responses=problems(413, 422),
    openapi_extra=RAW_BODY,
    operation_id="attach_scan_post",
)


@router.get("/{original_id}")
def get_original(
    original_id: str, caller: ReadDep, services: ServicesDep
) -> OriginalFull:
    """Give a paper with its newest scan, findings and pages."""
    original = original_of(services, caller.authority_id, original_id)
    scan = original.scan
    known = services.register.known(scan, caller.authority_id) if scan else Known()
    day = vietnamese_day(services.clock.now())
    notice = services.legal_tables.on_vneid(original.title, day)
    return OriginalFull.full(original, known, notice)


@router.get(
    "/{original_id}/pages/{page}.png",
    response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}},
)
def get_page(
    original_id: str,
    page: int,
    caller: PictureDep,
    services: ServicesDep,
    folder: FolderDep,
    width: PreviewWidth = DEFAULT_WIDTH,
) -> FileResponse:
    """Give the picture of a page (scopes officer, sign): sensitive data."""
    original = original_of(services, caller.authority_id, original_id)
    return page_picture(services, original, page, width, folder)


@router.put("/{original_id}/comparison", responses=problems(409, 422))
def record_comparison(
    original_id: str, body: ComparisonIn, caller: OfficerDep, services: ServicesDep
) -> AttestationOut:
    """Record that the scan was compared with the paper (scope officer)."""
    original_of(services, caller.authority_id, original_id)
    comparison = body.to_comparison(caller.officer_id, services.clock.now())
    return AttestationOut.of(services.desk.record_comparison(original_id, comparison))
