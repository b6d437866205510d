"""A paper: its scan, its pictures, the record of the comparison."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from api.auth import Caller, OfficerDep, PictureDep, ReadDep
from api.deps import FolderDep, ServicesDep
from api.ownership import original_of
from api.previews import DEFAULT_WIDTH, PreviewWidth, page_picture, part_picture
from api.schemas.arrangement import ArrangementIn
from api.schemas.attestations import AttestationOut
from api.schemas.originals import ComparisonIn, OriginalFull, ScanOut
from api.schemas.problem import problems
from api.services import Services
from api.uploads import ReceivedDep
from certify.case import StoredScan
from certify.clock import vietnamese_day
from certify.known import Known
from certify.scan import UploadedScan

router = APIRouter(
    prefix="/originals", tags=["bản chính"], responses=problems(401, 403, 404, 429)
)

Millimetres = Annotated[float | None, Query(ge=10, le=2000)]
PICTURE = problems(410) | {200: {"content": {"image/png": {}}}}
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
    scan = services.scan_desk.attach(caller.officer_id, original_id, [upload])
    return _shown(scan, caller, services)


router.add_api_route(
    "/{original_id}/scan",
    attach_scan,
    methods=["POST"],
    responses=problems(413, 422),
    openapi_extra=RAW_BODY,
    operation_id="attach_scan_post",
)


@router.post(
    "/{original_id}/scan/parts",
    responses=problems(409, 413, 422),
    openapi_extra=RAW_BODY,
)
def add_part(  # noqa: PLR0913, PLR0917 - one parameter per part of the request
    original_id: str,
    caller: OfficerDep,
    received: ReceivedDep,
    services: ServicesDep,
    page_digest: Annotated[str, Query(max_length=64)],
    paper_width_mm: Millimetres = None,
    paper_height_mm: Millimetres = None,
) -> ScanOut:
    """Add one more file, as the raw body, behind the pages there are (scope officer).

    `page_digest` is that of the scan the caller saw. Until the comparison.
    """
    stated = None
    if paper_width_mm is not None and paper_height_mm is not None:
        stated = (paper_width_mm, paper_height_mm)
    upload = UploadedScan(received.path, received.size_bytes, stated)
    scan = services.scan_desk.add(caller.officer_id, original_id, [upload], page_digest)
    return _shown(scan, caller, services)


@router.put("/{original_id}/scan/arrangement", responses=problems(409, 422))
def arrange_scan(
    original_id: str, body: ArrangementIn, caller: OfficerDep, services: ServicesDep
) -> ScanOut:
    """Order, turn, drop and take back pages; reduce their resolution (scope officer).

    Until the comparison. The answer is a new scan with a new page digest.
    """
    original_of(services, caller.authority_id, original_id)
    scan = services.scan_desk.arrange(
        caller.officer_id,
        original_id,
        body.placed(),
        dpi=body.dpi,
        seen=body.page_digest,
    )
    return _shown(scan, caller, services)


@router.get(
    "/{original_id}/parts/{part}/pages/{page}.png",
    response_class=FileResponse,
    responses=PICTURE,
)
def get_part_page(  # noqa: PLR0913, PLR0917 - one parameter per part of the address
    original_id: str,
    part: int,
    page: int,
    caller: PictureDep,
    services: ServicesDep,
    folder: FolderDep,
    width: PreviewWidth = DEFAULT_WIDTH,
) -> FileResponse:
    """Give the picture of a page of one file, also of a dropped one."""
    original = original_of(services, caller.authority_id, original_id)
    return part_picture(services, original, (part, page), width, folder)


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
    responses=PICTURE,
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


def _shown(scan: StoredScan, caller: Caller, services: Services) -> ScanOut:
    return ScanOut.of(scan, services.register.known(scan, caller.authority_id))
