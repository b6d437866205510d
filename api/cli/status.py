"""`certify status`: can we sign, what waits, which certificate soon expires?"""

from api.cli.terminal import Terminal
from api.services import Services
from certify.condition import Warn, warnings

READY, TROUBLE = 0, 4


def status(services: Services, *, terminal: Terminal) -> int:
    """Show how signing stands; 4 when something keeps copies from being issued."""
    now = services.clock.now()
    services.condition.refresh()
    condition = services.condition.look()
    waiting = services.register.unfinished(now)
    database = services.about_database()
    said = warnings(condition, now)
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
        }
    )
    terminal.say(f"Cơ sở dữ liệu: {database}, sẵn sàng")
    for service in condition.services:
        terminal.say(f"{service.name}: {service.problem or 'sẵn sàng'}")
    terminal.say(f"Đang chờ phát hành: {len(waiting)} bản sao.")
    for sentence in said:
        terminal.note(f"Lưu ý: {sentence}")
    away = any(condition.away(kind) for kind in ("tsa", "revocation", "keys"))
    expired = any(term.warning(now) is Warn.EXPIRED for term in condition.terms)
    return TROUBLE if away or expired else READY
