"""`certify keys api list|add|revoke`: who else may call the HTTP API."""

import os
import pwd
from collections.abc import Sequence
from datetime import datetime, timedelta

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.settings import Settings
from api.wiring import open_storage
from certify.access import ApiKey, Scope
from certify.attestation import Act
from certify.clock import VIETNAM, SystemClock
from certify.errors import InvalidInput

_COLUMNS = ("Mã", "Tên", "Quyền", "Hạn dùng", "Dùng gần nhất", "Thu hồi")


def list_keys(settings: Settings, *, terminal: Terminal) -> int:
    """Print every key of the authority, the newest first.

    Raises:
        InvalidInput: not initialised.
    """
    folder = DataFolder(settings.data)
    authority_id = folder.choices().authority_id
    with open_storage(folder, settings) as storage:
        keys = storage.api_keys.list(authority_id)
    terminal.result({"api_keys": [_plain(key) for key in keys]})
    terminal.table(_COLUMNS, [_row(key) for key in keys])
    return 0


def add(
    settings: Settings,
    label: str,
    *,
    scopes: Sequence[str],
    days: int,
    terminal: Terminal,
) -> int:
    """Make a key and print it, the only time.

    Raises:
        InvalidInput: not initialised, or no such scope.
    """
    folder, now = DataFolder(settings.data), SystemClock().now()
    authority_id = folder.choices().authority_id
    known = {scope.value for scope in Scope}
    if not scopes or not known.issuperset(scopes):
        raise InvalidInput(
            field="--scope", reason=f"phải là {', '.join(sorted(known))}"
        )
    with open_storage(folder, settings) as storage:
        plain = storage.api_keys.create(
            authority_id,
            frozenset(Scope(scope) for scope in scopes),
            label,
            expires_at=now + timedelta(days=days),
            now=now,
            act=Act(_operator(), "api_key.create"),
        )
    terminal.result({"label": label, "scopes": sorted(scopes), "key": plain})
    terminal.say(f"Khóa API, chỉ hiện một lần này: {plain}")
    return 0


def revoke(settings: Settings, key_id: str, *, reason: str, terminal: Terminal) -> int:
    """Refuse a key from now on.

    Raises:
        InvalidInput: not initialised, or no reason.
        NotFound: no such key.
    """
    if not reason.strip():
        raise InvalidInput(field="--reason", reason="phải ghi lý do")
    folder = DataFolder(settings.data)
    folder.choices()
    with open_storage(folder, settings) as storage:
        act = Act(_operator(), "api_key.revoke", reason.strip())
        storage.api_keys.revoke(key_id, now=SystemClock().now(), act=act)
    terminal.result({"revoked": key_id})
    terminal.say(f"Đã thu hồi khóa {key_id}; có hiệu lực ngay.")
    return 0


def _operator() -> str:
    return f"operator:{pwd.getpwuid(os.getuid()).pw_name}"


def _plain(key: ApiKey) -> dict[str, object]:
    times = (key.expires_at, key.last_used_at, key.revoked_at)
    expires, used, revoked = (t.isoformat() if t else None for t in times)
    return {
        "id": key.id,
        "label": key.label,
        "scopes": sorted(key.scopes),
        "expires_at": expires,
        "last_used_at": used,
        "revoked_at": revoked,
    }


def _row(key: ApiKey) -> tuple[str, ...]:
    times = map(_day, (key.expires_at, key.last_used_at, key.revoked_at))
    return (key.id, key.label, ", ".join(sorted(key.scopes)), *times)


def _day(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y") if moment else "–"
