"""`certify status`: can we sign, what waits, how do the periodic duties fare?"""

from collections.abc import Iterator, Sequence

from api.cli.terminal import Terminal
from api.services import Services
from certify.clock import VIETNAM
from certify.condition import Warn, warnings
from certify.overdue import LateCase
from certify.rounds import DONE, Round

READY, TROUBLE = 0, 4
_SHOWN = 5


def status(services: Services, *, terminal: Terminal) -> int:
    """Show how signing stands; 4 when something keeps copies from being issued."""
    now = services.clock.now()
    services.condition.refresh()
    condition = services.condition.look()
    waiting = services.register.unfinished(now)
    database = services.about_database()
    said = warnings(condition, now)
    rounds, late = services.rounds.latest(), services.deadline_alarms.late()
    terminal.result(
        {
            "database": database,
            "services": {s.name: s.problem or "ok" for s in condition.services},
            "certificates": [
                {
                    "role": term.role,
                    "holder": term.holder,
                    "not_after": term.not_after.isoformat(),
                }
                for term in condition.terms
            ],
            "warnings": list(said),
            "waiting": len(waiting),
            "late_cases": [case.code for case in late],
            "duties": {round_.duty: _as_json(round_) for round_ in rounds},
        }
    )
    terminal.say(f"Cơ sở dữ liệu: {database}, sẵn sàng")
    for service in condition.services:
        terminal.say(f"{service.name}: {service.problem or 'sẵn sàng'}")
    terminal.say(f"Đang chờ phát hành: {len(waiting)} bản sao.")
    for line in (*_late(late), *_duties(rounds)):
        terminal.say(line)
    for sentence in said:
        terminal.note(f"Lưu ý: {sentence}")
    away = any(condition.away(kind) for kind in ("tsa", "revocation", "keys"))
    expired = any(term.warning(now) is Warn.EXPIRED for term in condition.terms)
    return TROUBLE if away or expired else READY


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
        yield f"Việc định kỳ {last.duty}: xong lúc {when}{wrong}"
