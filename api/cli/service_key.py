"""`certify keys service list|rotate`: what everything at rest is encrypted under."""

from collections.abc import Sequence
from hashlib import sha256

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.service_key import read_service_keys, rotate_service_key
from api.settings import Settings

_MARK_CHARACTERS = 16


def list_keys(settings: Settings, *, terminal: Terminal) -> int:
    """Name the keys, the newest first.

    Raises:
        InvalidInput: not initialised, or others can read the keys.
        StoredDataDamaged: missing or cut.
    """
    folder = DataFolder(settings.data)
    folder.choices()
    _show(read_service_keys(folder.service_key), terminal)
    return 0


def rotate(settings: Settings, *, terminal: Terminal) -> int:
    """Put a new key before the others.

    Raises:
        InvalidInput, StoredDataDamaged: as for `list_keys`.
        ServiceUnavailable: it cannot be written; nothing changed.
    """
    folder = DataFolder(settings.data)
    folder.choices()
    _show(rotate_service_key(folder.service_key), terminal)
    terminal.note(
        "Đã thêm khóa mới. Hãy chép service.key sang mọi máy chạy dịch vụ, khởi động "
        "lại máy chủ và các tiến trình ký, rồi sao lưu lại: bản sao lưu cũ chưa có "
        "khóa này."
    )
    return 0


def _show(keys: Sequence[bytes], terminal: Terminal) -> None:
    # A hash of a random key names it and tells nothing of it.
    marks = [
        sha256(b"certified-copy service key" + k).hexdigest()[:_MARK_CHARACTERS]
        for k in keys
    ]
    terminal.result({"service_keys": marks})
    for place, mark in enumerate(marks):
        use = "chỉ đọc" if place else "mã hóa và đọc"
        terminal.say(f"{mark}  {use}")
