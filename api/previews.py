"""Pictures of pages: rendered in the intake child, kept encrypted beside the scan."""

from enum import IntEnum
from pathlib import Path

from fastapi.responses import FileResponse

from api.services import Services
from certify.case import Original, StoredScan
from certify.errors import NotFound, WrongState
from certify.previews import preview_key


class PreviewWidth(IntEnum):
    """Closed list, as in `certify.previews`, which a purge goes by. In pixels."""

    THUMBNAIL = 360
    READING = 1240  # A4 at 150 dpi
    CLOSE = 2000


DEFAULT_WIDTH = PreviewWidth.READING


def page_picture(
    services: Services,
    original: Original,
    page: int,
    width: PreviewWidth,
    folder: Path,
) -> FileResponse:
    """Return one page (1-based) of the original's scan as PNG.

    Raises:
        NotFound: no scan or no such page.
        ScanPurged: its time is over.
    """
    if original.scan is None:
        raise NotFound(what="trang này")
    return _picture(services, original.scan, page, width, folder)


def part_picture(
    services: Services,
    original: Original,
    place: tuple[int, int],
    width: PreviewWidth,
    folder: Path,
) -> FileResponse:
    """Return a page (part, page; 1-based) of one of the files of the scan as PNG.

    Raises:
        NotFound: no scan, no such file or no such page.
        ScanPurged: its time is over.
    """
    part, page = place
    if original.scan is None or not 1 <= part <= len(original.scan.arranged.parts):
        raise NotFound(what="trang này")
    scan = services.scan_desk.parts(original.scan)[part - 1]
    return _picture(services, scan, page, width, folder)


def _picture(
    services: Services, scan: StoredScan, page: int, width: PreviewWidth, folder: Path
) -> FileResponse:
    if not 1 <= page <= scan.page_count:
        raise NotFound(what="trang này")
    scan.check_kept()
    key = preview_key(scan.original_id, scan.pages[page - 1], width)
    target = folder / "page.png"
    if services.scans.exists(key):
        services.scans.fetch(key, target)
    else:
        pdf = folder / "scan.pdf"
        services.scans.fetch(scan.id, pdf)
        services.intake.preview(pdf, page, target, int(width))
        _keep(services, key, target)
    return FileResponse(
        target, media_type="image/png", headers={"Cache-Control": "no-store"}
    )


def _keep(services: Services, key: str, picture: Path) -> None:
    try:
        services.scans.put(key, picture)
    except WrongState:
        # Another request rendered the same page in the meantime; both are equal.
        return
