"""Pictures of pages: rendered in the intake child, kept encrypted beside the scan."""

import hashlib
from enum import IntEnum
from pathlib import Path

from fastapi.responses import FileResponse

from api.services import Services
from certify.case import Original
from certify.errors import NotFound, WrongState


class PreviewWidth(IntEnum):
    """Closed list, so that nobody fills the store with sizes. In pixels."""

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
    """
    scan = original.scan
    if scan is None or not 1 <= page <= scan.page_count:
        raise NotFound(what="trang này")
    key = _key(scan.id, page, width)
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


def _key(scan_id: str, page: int, width: int) -> str:
    text = f"preview/1/{scan_id}/{page}/{width}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _keep(services: Services, key: str, picture: Path) -> None:
    try:
        services.scans.put(key, picture)
    except WrongState:
        # Another request rendered the same page in the meantime; both are equal.
        return
