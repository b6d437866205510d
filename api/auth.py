"""Who is calling the API, and may it do this?

Keys read `cc_…`, are hashed in the store, carry scopes and belong to one authority.
Another authority's things are "not found", never "forbidden".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from api.deps import ServicesDep
from api.limits import client_of, limit
from api.services import Services
from certify.access import ApiKey, Scope
from certify.errors import NotAllowed, NotFound

_bearer = HTTPBearer(auto_error=False, description="Khóa truy cập, dạng cc_…")


@dataclass(frozen=True)
class Caller:
    """A program with a key, and the officer it acts for.

    Attributes:
        officer_id: of the key's authority; "" when it acts for none.
    """

    key_id: str
    authority_id: str
    scopes: frozenset[Scope]
    officer_id: str


def require(*accepted: Scope) -> Callable[..., Caller]:
    """Make a dependency: the caller's key has one of these scopes."""

    def dependency(
        request: Request,
        services: ServicesDep,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        acting_officer: Annotated[
            str | None,
            Header(max_length=64, description="Công chức mà hệ thống gọi thay mặt"),
        ] = None,
    ) -> Caller:
        key = _key(request, services, credentials)
        request.state.key_id = key.id
        limit(request.app.state.key_buckets, key.id)
        if not key.scopes.intersection(accepted):
            raise NotAllowed(reason="khóa truy cập không có quyền này")
        return Caller(
            key_id=key.id,
            authority_id=key.authority_id,
            scopes=key.scopes,
            officer_id=_officer(services, key, acting_officer),
        )

    return dependency


def _key(
    request: Request,
    services: Services,
    credentials: HTTPAuthorizationCredentials | None,
) -> ApiKey:
    key = None
    if credentials is not None and services.api_keys is not None:
        key = services.api_keys.check(credentials.credentials, services.clock.now())
    if key is None:
        limit(request.app.state.refused_buckets, client_of(request))
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return key


def _officer(services: Services, key: ApiKey, named: str | None) -> str:
    """Return the officer the caller names, or the development officer."""
    if named is None and key.authority_id != services.authority_id:
        return ""
    officer_id = named or services.officer_id
    if not officer_id:
        return ""
    if services.people.officer(officer_id).authority_id != key.authority_id:
        raise NotFound(what="công chức này")
    return officer_id


_ALL = tuple(Scope)
PartnerDep = Annotated[Caller, Depends(require(*_ALL))]
ReadDep = Annotated[Caller, Depends(require(Scope.OFFICER, Scope.SIGN, Scope.READ))]
PictureDep = Annotated[Caller, Depends(require(Scope.OFFICER, Scope.SIGN))]
IssueDep = PictureDep
SignDep = Annotated[Caller, Depends(require(Scope.SIGN))]


def _acting_officer(
    caller: Annotated[Caller, Depends(require(Scope.OFFICER))],
) -> Caller:
    if not caller.officer_id:
        raise NotAllowed(reason="chưa nêu công chức thực hiện (Acting-Officer)")
    return caller


OfficerDep = Annotated[Caller, Depends(_acting_officer)]
