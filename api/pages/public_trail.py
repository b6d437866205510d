"""Open to everybody: what the public trail is, its newest checkpoint and its keys."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from api.deps import ServicesDep, SettingsDep
from api.headers import NEWEST_SECONDS, keep_for
from api.limits import limit_public
from api.rendering import render
from api.schemas.public_trail import ProofOut
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


@router.get("/trail/proof")
def proof(
    services: ServicesDep,
    sha256: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
    since: Annotated[str, Query(pattern="^[0-9]{0,12}$")] = "",
) -> Response:
    """Give a copy's proof as a file, going on from a kept checkpoint if one is named.

    `since`: its size, or nothing. For programs: `/api/v1/trail/proofs`.
    """
    made = services.prove_trail.proof(sha256, [int(since)] if since else [])
    name = f"bang-chung-{sha256[:12]}.json"
    response = JSONResponse(
        ProofOut.of(made).model_dump(),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    keep_for(response, NEWEST_SECONDS)
    return response
