"""Public: checkpoints of the trail and proofs from it. No personal data, cacheable.

A proof is asked for by the SHA-256 of a copy: whoever has no copy learns nothing.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import ServicesDep
from api.headers import FIXED_SECONDS, NEWEST_SECONDS, keep_for
from api.limits import limit_public
from api.schemas.problem import problems
from api.schemas.public_trail import CheckpointOut, ConsistencyOut, GrowthOut, ProofOut
from certify.trail_proof import MAX_SINCE

router = APIRouter(
    prefix="/trail",
    tags=["nhật ký công khai"],
    dependencies=[Depends(limit_public)],
    responses=problems(429),
)
Size = Annotated[int, Query(ge=1, le=2**31 - 1)]


@router.get("/checkpoint", responses=problems(404))
def newest_checkpoint(response: Response, services: ServicesDep) -> CheckpointOut:
    """Return the newest checkpoint. Keep it: the trail must always go on from it."""
    keep_for(response, NEWEST_SECONDS)
    return CheckpointOut.of(services.prove_trail.checkpoint())


@router.get("/checkpoints/{size}", responses=problems(404))
def one_checkpoint(
    size: Annotated[int, Path(ge=1, le=2**31 - 1)],
    response: Response,
    services: ServicesDep,
) -> CheckpointOut:
    """Return the checkpoint of a number of rows."""
    found = services.prove_trail.checkpoint(size)
    # Its timestamp may come later; nothing else of it ever changes.
    keep_for(response, FIXED_SECONDS if found.token else NEWEST_SECONDS)
    return CheckpointOut.of(found)


@router.get("/consistency", responses=problems(404, 422))
def consistency(
    earlier: Size, later: Size, response: Response, services: ServicesDep
) -> ConsistencyOut:
    """Prove that between two checkpoints the trail only grew."""
    growth = GrowthOut.of(services.prove_trail.growth(earlier, later))
    keep_for(response, FIXED_SECONDS)
    return ConsistencyOut(earlier=earlier, later=later, path=growth.path)


@router.get("/proofs/{sha256}", responses=problems(404, 422, 503))
def proof(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    response: Response,
    services: ServicesDep,
    since: Annotated[list[int] | None, Query(max_length=MAX_SINCE)] = None,
) -> ProofOut:
    """Prove that a copy's release is in the trail, for `certify verify --proof`.

    `since`: the sizes of checkpoints kept earlier; the answer goes on from each.
    """
    made = services.prove_trail.proof(sha256, since or ())
    keep_for(response, NEWEST_SECONDS)
    return ProofOut.of(made)
