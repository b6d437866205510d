"""Open to everybody: what the public trail is, its newest checkpoint and its keys."""

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from api.deps import ServicesDep, SettingsDep
from api.headers import NEWEST_SECONDS, keep_for
from api.limits import limit_public
from api.rendering import render
from certify.errors import NotFound

router = APIRouter(include_in_schema=False, dependencies=[Depends(limit_public)])


@router.get("/trail")
def show(services: ServicesDep, settings: SettingsDep) -> Response:
    """Explain the public trail and show its newest checkpoint."""
    prove = services.prove_trail
    try:
        newest = prove.checkpoint()
    except NotFound:
        newest = None
    html = render(
        "trail.html",
        development=not settings.production,
        newest=newest,
        refused=prove.refused(),
        key=services.publish_checkpoint.key.encode(),
    )
    return HTMLResponse(html)


@router.get("/trail/checkpoint")
def download(services: ServicesDep) -> Response:
    """Give the newest checkpoint as the file to keep (c2sp.org/tlog-checkpoint)."""
    newest = services.prove_trail.checkpoint()
    name = f"moc-kiem-chung-{newest.head.size}.txt"
    response = PlainTextResponse(
        newest.note,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    keep_for(response, NEWEST_SECONDS)
    return response


@router.get("/trail/key")
def key(services: ServicesDep) -> Response:
    """Give the public key that verifies checkpoints."""
    return PlainTextResponse(services.publish_checkpoint.key.encode() + "\n")
