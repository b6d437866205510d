"""`certify keys list|test`: what is on record, and does it sign?"""

from collections.abc import Sequence
from statistics import median

from cryptography import x509

from api.cli.terminal import Terminal
from api.signing_keys.opening import try_key
from api.signing_keys.room import KeyRoom
from certify.clock import VIETNAM
from certify.condition import CertificateTerm, Condition, warnings
from certify.signing_key import ROLE_WORDS, STATE_WORDS, KeyRecord, KeyState

TRIES = 5
_COLUMNS = (
    *("Khóa", "Vai trò", "Người giữ", "Trạng thái", "Dùng từ", "Đến"),
    *("Chứng thư hết hạn", "Lượt dùng", "Loại"),
)


def list_keys(room: KeyRoom, terminal: Terminal) -> int:
    """Print every key with its certificate's term; 0."""
    keys = room.registry.keys(room.authority_id)
    now = room.clock.now()
    said = warnings(Condition(services=(), terms=tuple(_terms(room, keys))), now)
    terminal.result(
        {"keys": [key_json(room, key) for key in keys], "warnings": list(said)}
    )
    terminal.table(_COLUMNS, [_row(room, key) for key in keys])
    if not keys:
        terminal.say("Chưa có khóa nào. Tạo khóa: certify keys generate")
    for sentence in said:
        terminal.note(f"Lưu ý: {sentence}")
    return 0


def try_signing(room: KeyRoom, key_id: str, terminal: Terminal) -> int:
    """Sign random digests with a key and verify them.

    Raises:
        KeyNotUsable: it cannot be opened or signs wrongly.
        ServiceUnavailable: its backend is away.
    """
    key = room.registry.key(key_id)
    scheme, seconds = try_key(room.opener, key, tries=TRIES)
    typical = median(seconds) * 1000
    terminal.result(
        {
            "key": key_id,
            "backend": key.backend,
            "scheme": scheme,
            "signatures": TRIES,
            "median_ms": round(typical, 2),
        }
    )
    shown = f"{typical:.1f}".replace(".", ",")
    terminal.say(
        f"ĐÚNG. Khóa {key_id} ({key.backend}, {scheme}) đã ký {TRIES} giá trị "
        f"băm ngẫu nhiên, chữ ký đúng; trung vị {shown} ms mỗi chữ ký."
    )
    return 0


def key_json(room: KeyRoom, key: KeyRecord) -> dict[str, object]:
    """Return what programs get to know of a key; a secret is only referred to."""
    certificate = _certificate(key)
    return {
        "id": key.id,
        "role": key.role.value,
        "holder": _holder(room, key),
        "person": key.person_id,
        "backend": key.backend,
        "parameters": dict(key.parameters),
        "secrets": dict(key.secrets),
        "state": key.state.value,
        "frozen": key.frozen,
        "usable": key.covers(room.clock.now()) and not (key.frozen or key.used_up),
        "active_from": key.active_from.isoformat() if key.active_from else None,
        "active_to": key.active_to.isoformat() if key.active_to else None,
        "certificate_sha256": key.certificate_sha256,
        "certificate_not_after": (
            certificate.not_valid_after_utc.isoformat() if certificate else None
        ),
        "uses": key.uses,
        "use_limit": key.use_limit,
    }


def _row(room: KeyRoom, key: KeyRecord) -> list[str]:
    certificate = _certificate(key)
    state = STATE_WORDS[key.state]
    if key.state is KeyState.ACTIVE and not key.covers(room.clock.now()):
        start = key.active_from
        early = start is not None and room.clock.now() < start
        state = "chưa đến ngày dùng" if early else "hết thời gian dùng"
    limit = "" if key.use_limit is None else f"/{key.use_limit}"
    times = [key.active_from, key.active_to]
    term = certificate.not_valid_after_utc if certificate else None
    return [
        key.id,
        ROLE_WORDS[key.role],
        _holder(room, key),
        f"ĐÓNG BĂNG, {state}" if key.frozen else state,
        *(t.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if t else "" for t in times),
        term.astimezone(VIETNAM).strftime("%d/%m/%Y") if term else "chưa có",
        f"{key.uses}{limit}",
        key.backend,
    ]


def _holder(room: KeyRoom, key: KeyRecord) -> str:
    holder = room.holder(key)
    return holder.authority.name if holder.person is None else holder.person.name


def _terms(room: KeyRoom, keys: Sequence[KeyRecord]) -> list[CertificateTerm]:
    """Return the terms that matter: of keys that sign or are about to."""
    return [
        CertificateTerm(
            f"{ROLE_WORDS[key.role]} ({key.id})",
            _holder(room, key),
            certificate.not_valid_after_utc,
        )
        for key in keys
        if key.state in (KeyState.IMPORTED, KeyState.ACTIVE)
        and (certificate := _certificate(key)) is not None
    ]


def _certificate(key: KeyRecord) -> x509.Certificate | None:
    if key.certificate is None:
        return None
    return x509.load_der_x509_certificate(key.certificate)
