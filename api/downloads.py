"""Download of a released copy: by version, digest checked, a safe file name."""

from pathlib import Path
from urllib.parse import quote

from fastapi.responses import FileResponse

from api.services import Services
from certify.attestation import CertifiedCopy
from certify.errors import NotFound


def newest_edition(
    services: Services, attestation_id: str, folder: Path
) -> FileResponse:
    """Return the newest edition's bytes.

    Raises:
        NotFound: nothing is released under this id.
        StoredDataDamaged: the archive's bytes are not those of the register.
    """
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    path = folder / "copy.pdf"
    services.archive.fetch(copy.newest.stored, path)
    return FileResponse(
        path,
        media_type="application/pdf",
        headers={"Content-Disposition": content_disposition(copy)},
    )


def content_disposition(copy: CertifiedCopy) -> str:
    """Name the file by its number, never by a person (RFC 6266 §4.3)."""
    number = copy.number
    short = f"{number.number:02d}-{number.year}"
    plain = f"ban-sao-chung-thuc-{short}.pdf"
    pretty = quote(f"Bản sao chứng thực {short}.pdf", safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{pretty}"
