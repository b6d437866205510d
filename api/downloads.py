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


def bundle_of(services: Services, attestation_id: str, folder: Path) -> FileResponse:
    """Return the newest edition with all that is needed to check it elsewhere.

    Raises:
        NotFound: nothing is released under this id.
        StoredDataDamaged: the archive's bytes are not those of the register.
    """
    copy = services.register.released_attestation(attestation_id)
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    pdf, target = folder / "copy.pdf", folder / "bundle.zip"
    services.archive.fetch(copy.newest.stored, pdf)
    services.bundle(copy, pdf, target)
    name = content_disposition(copy, "zip", "goi-kiem-tra", "Gói kiểm tra")
    return FileResponse(
        target,
        media_type="application/zip",
        headers={"Content-Disposition": name},
    )


def content_disposition(
    copy: CertifiedCopy,
    suffix: str = "pdf",
    plain_word: str = "ban-sao-chung-thuc",
    pretty_word: str = "Bản sao chứng thực",
) -> str:
    """Name the file by its number, never by a person (RFC 6266 §4.3).

    An annulled copy stays on record and may be fetched by whoever could before, as
    evidence; its name says what it is, wherever it is saved.
    """
    number = copy.number
    short = f"{number.number:02d}-{number.year}"
    if copy.annulment is not None:
        plain_word, pretty_word = f"DA-HUY-BO-{plain_word}", f"ĐÃ HỦY BỎ {pretty_word}"
    plain = f"{plain_word}-{short}.{suffix}"
    pretty = quote(f"{pretty_word} {short}.{suffix}", safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{pretty}"
