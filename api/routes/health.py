"""Is the process alive; can it serve?"""

from collections.abc import Callable

from fastapi import APIRouter, Response

from api.deps import ServicesDep
from api.services import Services

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
def live() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "ok"}


@router.get("/ready")
def ready(services: ServicesDep, response: Response) -> dict[str, str]:
    """Ask each dependency; 503 when one does not answer. Names only, no reasons.

    What only signing needs is shown and does not count: while a TSA is away people
    still bring papers in, and still verify copies.
    """
    answers = {name: _ask(ask) for name, ask in _checks(services).items()}
    if set(answers.values()) != {"ok"}:
        response.status_code = 503
    return answers | _signing(services)


def _signing(services: Services) -> dict[str, str]:
    condition = services.condition.look()
    return {
        kind: "away" if condition.away(kind) else "ok"
        for kind in ("tsa", "revocation", "keys")
    }


def _checks(services: Services) -> dict[str, Callable[[], object]]:
    return {
        "database": lambda: services.register.unfinished(services.clock.now()),
        "scans": lambda: services.scans.exists("0" * 32),
        "archive": lambda: next(iter(services.archive.list("0" * 32 + "/")), None),
    }


def _ask(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Exception:  # noqa: BLE001 - whatever it is, the dependency is not ready
        return "away"
    return "ok"
