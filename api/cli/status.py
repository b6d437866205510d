"""`certify status`: can we sign, what waits, how do the periodic duties fare?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.cli.terminal import Terminal
from api.readiness import free_bytes
from api.services import Services
from certify.clock import VIETNAM
from certify.condition import CertificateTerm, Warn, warnings
from certify.overdue import LateCase
from certify.overview import WaitingGroup
from certify.rounds import DONE, Round

READY, TROUBLE = 0, 4
_GIGABYTE = 1024**3
_CAUSES = {
    "new": "chưa xử lý lần nào",
    "running": "đang xử lý",
    "other": "chờ vì nguyên nhân khác",
}
_CLOCKS = {"tsa": "dịch vụ dấu thời gian", "database": "máy chủ cơ sở dữ liệu"}
DUTY_WORDS = {
    "revocation": "tải tình trạng chứng thư số",
    "numbering": "mở lại việc cấp số",
    "stalled": "giao lại việc bị bỏ dở",
    "reconcile": "hoàn tất hồ sơ dở dang",
    "lists": "ký lại danh bạ và danh sách hủy bỏ",
    "renewal": "gia hạn lưu trữ",
    "deadlines": "nhắc hồ sơ quá hạn",
    "checkpoint": "công bố mốc nhật ký công khai",
    "purge": "xóa bản chụp hết hạn lưu",
}
"""What an operator reads; the name stays beside it, as logs and metrics have it."""
_SHOWN = 5


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
    rounds, late = services.rounds.latest(), services.deadline_alarms.late()
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
            "late_cases": [case.code for case in late],
            "duties": {round_.duty: _as_json(round_) for round_ in rounds},
        }
    )
    terminal.say(f"Cơ sở dữ liệu: {database}, sẵn sàng")
    for service in condition.services:
        terminal.say(f"{service.name}: {service.problem or 'sẵn sàng'}")
    _say_machine(free, clocks, terminal)
    _say_waiting(groups, now, terminal)
    for line in (*_late(late), *_duties(rounds)):
        terminal.say(line)
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


def _as_json(last: Round) -> dict[str, str | None]:
    succeeded = last.succeeded_at
    return {
        "at": last.at.isoformat(),
        "outcome": last.outcome,
        "succeeded_at": None if succeeded is None else succeeded.isoformat(),
    }


def _late(cases: Sequence[LateCase]) -> Iterator[str]:
    if cases:
        shown = ", ".join(case.code for case in cases[:_SHOWN])
        more = ", …" if len(cases) > _SHOWN else ""
        yield f"Hồ sơ quá hạn trả kết quả: {len(cases)} ({shown}{more})."


def _duties(rounds: Sequence[Round]) -> Iterator[str]:
    """Say of each periodic duty when it last went well."""
    for last in rounds:
        when = "chưa lần nào"
        if last.succeeded_at is not None:
            when = last.succeeded_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        wrong = "" if last.outcome == DONE else f"; lần gần nhất lỗi [{last.outcome}]"
        words = DUTY_WORDS.get(last.duty, "không còn dùng")
        yield f"Việc định kỳ {words} ({last.duty}): xong lúc {when}{wrong}"
