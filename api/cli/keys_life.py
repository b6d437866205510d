"""`certify keys activate|retire|freeze|unfreeze|limit`: when a key may sign."""

from collections.abc import Callable
from functools import partial

from cryptography import x509

from api.cli.keys_show import key_json
from api.cli.terminal import Terminal
from api.signing_keys.opening import try_key
from api.signing_keys.room import KeyRoom
from certify.attestation import Act
from certify.errors import InvalidInput, WrongState
from certify.signing_key import (
    KeyRecord,
    activated,
    current,
    frozen,
    limited,
    retired,
    shown,
)
from certify.trust import read_moment

Change = Callable[[KeyRecord], KeyRecord]


def activate(
    room: KeyRoom, key_id: str, start: str | None, end: str | None, terminal: Terminal
) -> int:
    """Let a key be used from a time to another, after it has proved itself.

    Raises:
        WrongState: no certificate yet, retired, or it leads to no trusted root.
        InvalidInput: a time that cannot be read, or the end before the start.
        KeyNotUsable, ServiceUnavailable: the test signature failed.
    """
    key = room.registry.key(key_id)
    now = room.clock.now()
    try:
        first = now if start is None else read_moment(start)
        last = None if end is None else read_moment(end, end=True)
    except ValueError as error:
        raise InvalidInput(field="--from, --to", reason=str(error)) from error
    rule = partial(activated, start=first, end=last)
    rule(key)  # what the rule refuses is refused before the key is used
    _check_path(room, key)
    try_key(room.opener, key)
    covered = room.on_roster(key)
    changed = _changed(room, key_id, rule, room.act("activate"), terminal)
    until = shown(changed.active_to) if changed.active_to else "không hạn"
    terminal.say(
        f"Khóa {key_id} được dùng từ {shown(changed.active_from)}, đến: {until}."
    )
    if not covered:
        terminal.note(
            "CẢNH BÁO: danh bạ chưa ghi chứng thư số này đúng cơ quan và vai trò; bản "
            "sao ký bằng khóa này sẽ không được nơi kiểm tra ngoại tuyến công nhận. "
            "Ghi ngay: certify trust roster add"
        )
    return 0


def retire(
    room: KeyRoom, key_id: str, reason: str, *, force: bool, terminal: Terminal
) -> int:
    """End a key's life for good.

    Raises:
        WrongState: it is the only one that signs, and nobody forced it.
    """
    key, now = room.registry.key(key_id), room.clock.now()
    others = [
        other
        for other in room.registry.keys(key.authority_id)
        if other.id != key.id and other.person_id == key.person_id
    ]
    successor = current(others, now)
    left = successor is not None and successor.covers(now) and not successor.frozen
    if key.covers(now) and not left and not force:
        raise WrongState(
            reason="đây là khóa duy nhất đang dùng được của người giữ này; hãy kích "
            "hoạt khóa khác trước, hoặc thêm --force nếu thật sự phải dừng"
        )
    act = room.reasoned("retire", reason)
    _changed(room, key_id, partial(retired, now=now), act, terminal)
    terminal.say(
        f"Khóa {key_id} đã thôi dùng. Bản sao đã ký vẫn có hiệu lực; hồ sơ đã xác nhận "
        "bằng khóa này mà chưa ký phải được xác nhận lại."
    )
    return 0


def freeze(
    room: KeyRoom, key_id: str, reason: str, *, on: bool, terminal: Terminal
) -> int:
    """Freeze a key at once, or take that back.

    Raises:
        InvalidInput: no reason.
        WrongState: it is so already.
    """
    act = room.reasoned("freeze" if on else "unfreeze", reason)
    _changed(room, key_id, partial(frozen, on=on), act, terminal)
    terminal.say(
        f"Khóa {key_id} đã bị đóng băng: từ lúc này không ký được gì nữa."
        if on
        else f"Khóa {key_id} đã hết bị đóng băng. Ký tiếp các hồ sơ chờ: certify "
        "reconcile"
    )
    return 0


def limit(room: KeyRoom, key_id: str, uses: int | None, terminal: Terminal) -> int:
    """Limit how often a key may be used; None lifts the limit."""
    rule = partial(limited, limit=uses)
    changed = _changed(room, key_id, rule, room.act("limit"), terminal)
    most = "không giới hạn" if uses is None else f"nhiều nhất {uses} lần"
    terminal.say(f"Khóa {key_id}: {most}, đã dùng {changed.uses} lần.")
    return 0


def _check_path(room: KeyRoom, key: KeyRecord) -> None:
    leaf = x509.load_der_x509_certificate(key.certificate or b"")
    issuers = [x509.load_der_x509_certificate(der) for der in key.issuers]
    if not room.leads_to_root(leaf, issuers, key.role):
        raise WrongState(
            reason="chứng thư số không dẫn tới chứng thư gốc được tin cho vai trò này, "
            "hoặc đã hết hạn; xem: certify trust list"
        )


def _changed(
    room: KeyRoom, key_id: str, rule: Change, act: Act, terminal: Terminal
) -> KeyRecord:
    changed = room.registry.change(key_id, rule, act)
    terminal.result(key_json(room, changed))
    return changed
