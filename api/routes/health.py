"""Is the process alive; can it serve?"""

from fastapi import APIRouter, Request, Response

from api.readiness import Readiness, is_ready

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
async def live() -> dict[str, str]:
    """Answer as long as the process runs, even when all its threads wait.

    A supervisor would end it for that, and with it what the threads do.
    """
    return {"status": "ok"}


@router.get("/ready")
def ready(request: Request, response: Response) -> dict[str, str]:
    """Ask each dependency; 503 when one that counts does not answer."""
    readiness: Readiness = request.app.state.readiness
    known = readiness.look()
    if not is_ready(known):
        response.status_code = 503
    return known
