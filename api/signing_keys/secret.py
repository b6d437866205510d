"""References to secrets: "file:<path>" or "env:<NAME>". The secret is never stored.

A file must be readable by its owner only; a relative path starts at the data folder.
An error names the reference and never what was found behind it.
"""

import re
from pathlib import Path

from api.settings import PREFIX, secret_variable
from certify.errors import InvalidInput, KeyNotUsable
from keys.base import KeyRefused, RefusalReason
from keys.private_file import read_private_file

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_FILE, _ENV = "file:", "env:"
_MOST_CHARACTERS = 4096

_REASONS = {
    RefusalReason.FILE_MISSING: "không có tệp này",
    RefusalReason.FILE_UNREADABLE: "dịch vụ không có quyền đọc tệp này",
    RefusalReason.FILE_EXPOSED: "người dùng khác đọc được tệp này, hãy đặt quyền 0600",
}
_NOT_ONE_LINE = "không phải một dòng chữ UTF-8"


def check_reference(reference: str) -> str:
    """Return a reference if it is one.

    Raises:
        InvalidInput: neither file nor environment, or a name kept for settings.
    """
    name = reference.removeprefix(_ENV)
    if reference.startswith(_FILE) and len(reference) > len(_FILE):
        return reference
    if reference.startswith(_ENV) and _NAME.fullmatch(name):
        if name.startswith(PREFIX):
            raise InvalidInput(
                field="--secret", reason=f"tên bắt đầu bằng {PREFIX} dành cho cài đặt"
            )
        return reference
    # What was typed may be the secret itself: it is not said again.
    raise InvalidInput(
        field="--secret",
        reason="phải là nơi cất bí mật, dạng file:/đường/dẫn hoặc env:TÊN, không phải "
        "chính bí mật",
    )


def read_secret(reference: str, *, key_id: str, folder: Path) -> str:
    """Return what a reference points to; one line ending is left out.

    Raises:
        KeyNotUsable: nothing there, or others may read it; names the reference.
        KeyUnreachable: the disk did not answer.
    """
    if reference.startswith(_ENV):
        value = secret_variable(reference.removeprefix(_ENV))
    else:
        value = _read_file(reference, key_id=key_id, folder=folder)
    value = value.removesuffix("\n").removesuffix("\r")
    if not value:
        raise _unreadable(key_id, reference, "trống")
    if len(value) > _MOST_CHARACTERS or not value.isprintable():
        raise _unreadable(key_id, reference, _NOT_ONE_LINE)
    return value


def _read_file(reference: str, *, key_id: str, folder: Path) -> str:
    path = folder / reference.removeprefix(_FILE)
    try:
        return read_private_file(path, key_id=key_id).decode()
    except UnicodeDecodeError:
        # Not chained: the exception holds the bytes.
        raise _unreadable(key_id, reference, _NOT_ONE_LINE) from None
    except KeyRefused as error:
        reason = _REASONS.get(error.reason, "không phải tệp thường hoặc quá lớn")
        raise _unreadable(key_id, reference, reason) from error


def _unreadable(key_id: str, reference: str, reason: str) -> KeyNotUsable:
    return KeyNotUsable(key=key_id, reason=f"bí mật tại {reference}: {reason}")
