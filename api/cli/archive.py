"""`certify archive init|check|link`: what only an S3 archive has."""

from datetime import timedelta

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.downloads import content_disposition
from api.settings import Settings
from api.wiring import build_s3_archive, make_s3_bucket, open_storage
from certify.errors import NotFound
from certify.identifiers import parse_verification_code

DONE, FOREIGN = 0, 1
_WORDS = {
    "newer": "phiên bản ghi đè",
    "delete_marker": "dấu xóa",
}


def init(settings: Settings, *, terminal: Terminal) -> int:
    """Make the bucket; a second run changes no lock.

    Raises:
        InvalidInput: a setting is missing, the credentials do not fit, or there is a
            bucket of this name without object lock.
        ServiceUnavailable: the store is away.
    """
    make_s3_bucket(settings)
    terminal.result({"bucket": settings.s3_bucket, "ready": True})
    terminal.say(
        f"Thùng {settings.s3_bucket} đã sẵn sàng: lưu phiên bản, khóa đối tượng "
        f"{settings.retention_days} ngày, mã hóa khi lưu."
    )
    return DONE


def check(settings: Settings, *, terminal: Terminal) -> int:
    """Look at the bucket's set-up, and name what others put over our objects.

    None of it is ever read; somebody should ask who wrote it.

    Returns:
        0 nothing of others; 1 something.

    Raises:
        InvalidInput: the set-up could lose a copy.
        ServiceUnavailable: the store is away.
    """
    rows = [
        {"key": found.key, "version": found.version_id, "kind": found.kind}
        for found in build_s3_archive(settings).foreign()
    ]
    terminal.result({"bucket": settings.s3_bucket, "foreign": rows})
    terminal.say(f"Thùng {settings.s3_bucket}: cấu hình đúng.")
    for row in rows:
        terminal.say(f"  {_WORDS[row['kind']]}: {row['key']} ({row['version']})")
    if rows:
        terminal.say(
            f"Có {len(rows)} mục do người khác ghi; hệ thống không bao giờ đọc chúng. "
            "Hãy hỏi người quản trị kho."
        )
    return FOREIGN if rows else DONE


def link(settings: Settings, code: str, *, minutes: int, terminal: Terminal) -> int:
    """Print an address that gives out the newest edition of a copy for a while.

    Raises:
        InvalidInput: no S3 archive.
        NotFound: nothing is released under it.
    """
    parsed = parse_verification_code(code)
    folder = DataFolder(settings.data)
    folder.choices()
    with open_storage(folder, settings) as storage:
        copy = storage.register.released(parsed) if parsed else None
    if copy is None:
        raise NotFound(what="bản sao đã cấp")
    address = build_s3_archive(settings).link(
        copy.newest.stored, timedelta(minutes=minutes), content_disposition(copy)
    )
    terminal.result({"address": address, "minutes": minutes})
    terminal.say(address)
    terminal.note(
        f"Ai có địa chỉ này đều tải được trong {minutes} phút: chỉ gửi cho người có "
        "quyền nhận. Tệp tải về cần được kiểm tra lại tại trang tra cứu."
    )
    return DONE
