"""Under which keys the pictures of a scan's pages lie in the scan store."""

import hashlib

from certify.case import StoredScan
from certify.scan import PageImage, page_digest

PREVIEW_WIDTHS = (360, 1240, 2000)
"""In pixels. A width that is no longer offered stays here: its pictures are purged."""


def preview_key(original_id: str, page: PageImage, width: int) -> str:
    """By what is seen: a page that only changed its place is not rendered again."""
    seen = page_digest([page])
    text = f"preview/2/{original_id}/{seen}/{width}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def files_of(scan: StoredScan) -> frozenset[str]:
    """Return the keys of everything the scan store may hold of a scan."""
    pictures = {
        preview_key(scan.original_id, page, width)
        for page in scan.pages
        for width in PREVIEW_WIDTHS
    }
    return frozenset(pictures | {scan.id})
