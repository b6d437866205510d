"""`certify keys service list|rotate`: what everything at rest is encrypted under."""

import os
import pwd
from collections.abc import Sequence
from hashlib import sha256

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.service_key import read_service_keys, rotate_service_key
from api.settings import Settings
from api.wiring import open_storage
from certify.attestation import Act
from certify.clock import SystemClock

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
        ServiceUnavailable: it cannot be written; nothing changed. Or the database is
            away: the key is there, the trail does not say so.
    """
    folder = DataFolder(settings.data)
    authority_id = folder.choices().authority_id
    keys = rotate_service_key(folder.service_key)
    with open_storage(folder, settings) as storage:
        storage.trail.record(
            authority_id,
            Act(f"operator:{pwd.getpwuid(os.getuid()).pw_name}", "service_key.rotate"),
            subject=_mark(keys[0]),
            details={"keys": len(keys)},
            at=SystemClock().now(),
        )
    _show(keys, terminal)
    terminal.note(
        "Đã thêm khóa mới. Hãy chép ngay service.key này sang từng máy, rồi lần lượt "
        "khởi động lại dịch vụ trên các máy, rồi sao lưu lại: bản sao lưu cũ chưa có "
        "khóa này."
    )
    return 0


def _show(keys: Sequence[bytes], terminal: Terminal) -> None:
    marks = [_mark(key) for key in keys]
    terminal.result({"service_keys": marks})
    for place, mark in enumerate(marks):
        use = "chỉ đọc" if place else "mã hóa và đọc"
        terminal.say(f"{mark}  {use}")


def _mark(key: bytes) -> str:
    """Name a key: a hash of a random key tells nothing of it."""
    digest = sha256(b"certified-copy service key" + key).hexdigest()
    return digest[:_MARK_CHARACTERS]
