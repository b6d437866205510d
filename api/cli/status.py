"""`certify status`: can we sign, what waits, which certificate soon expires?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.cli.terminal import Terminal
from api.readiness import free_bytes
from api.services import Services
from certify.condition import CertificateTerm, Warn, warnings
from certify.overview import WaitingGroup

READY, TROUBLE = 0, 4
_GIGABYTE = 1024**3
_CAUSES = {
    "new": "chưa xử lý lần nào",
    "running": "đang xử lý",
    "other": "chờ vì nguyên nhân khác",
}
_CLOCKS = {"tsa": "dịch vụ dấu thời gian", "database": "máy chủ cơ sở dữ liệu"}


def status(services: Services, *, terminal: Terminal) -> int:
    """Show how signing stands; 4 when something keeps copies from being issued."""
    now = services.clock.now()
    services.condition.refresh()
    condition = services.condition.look()
    groups = services.overview.waiting(now)
    database = services.about_database()
    clocks = services.clocks.ahead(services.overview)
    free = free_bytes(services.places)
    said = warnings(condition, now)
    terminal.result(
        {
            "database": database,
            "services": {s.name: s.problem or "ok" for s in condition.services},
            "certificates": [_certificate(term) for term in condition.terms],
            "warnings": list(said),
            "waiting": sum(group.count for group in groups),
            "waiting_by_cause": {group.cause: group.count for group in groups},
            "open_reservations": services.overview.open_reservations(),
            "disk_free_bytes": free,
            "clock_ahead_seconds": clocks,
        }
    )
    terminal.say(f"Cơ sở dữ liệu: {database}, sẵn sàng")
    for service in condition.services:
        terminal.say(f"{service.name}: {service.problem or 'sẵn sàng'}")
    _say_machine(free, clocks, terminal)
    _say_waiting(groups, now, terminal)
    for sentence in said:
        terminal.note(f"Lưu ý: {sentence}")
    away = any(condition.away(kind) for kind in ("tsa", "revocation", "keys"))
    expired = any(term.warning(now) is Warn.EXPIRED for term in condition.terms)
    return TROUBLE if away or expired else READY


def _certificate(term: CertificateTerm) -> dict[str, Any]:
    return {
        "role": term.role,
        "holder": term.holder,
        "not_after": term.not_after.isoformat(),
        "sha256": term.sha256,
    }


def _say_machine(
    free: Mapping[str, int], clocks: Mapping[str, float], terminal: Terminal
) -> None:
    least = min(free.values())
    terminal.say(f"Dung lượng đĩa còn trống: {least / _GIGABYTE:.1f} GB")
    for reference, ahead in clocks.items():
        terminal.say(f"Đồng hồ lệch so với {_CLOCKS[reference]}: {ahead:+.1f} giây")


def _say_waiting(
    groups: Sequence[WaitingGroup], now: datetime, terminal: Terminal
) -> None:
    count = sum(group.count for group in groups)
    terminal.say(f"Đang chờ phát hành: {count} bản sao.")
    for group in groups:
        minutes = (now - group.oldest).total_seconds() / 60
        what = _CAUSES.get(group.cause, f"chờ vì {group.cause}")
        terminal.say(f"  {what}: {group.count} bản sao, lâu nhất {minutes:.0f} phút")
