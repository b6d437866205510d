"""Forms of the desk: only from this machine, only from our own pages.

CSRF: a random token in a SameSite=Strict cookie must come back in the form (double
submit), and the browser's own word on the request's origin is heard. The Origin
header alone would not do: under `Referrer-Policy: no-referrer` browsers send "null".
"""

import hmac
import ipaddress
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api.rendering import render

COOKIE = "desk_csrf"
FIELD = "csrf"
MAX_FIELDS = 2000  # one tick per page of a long school record, and the rest


def desk_only(request: Request) -> None:
    """Dependency: 403 unless the client is on this machine."""
    try:
        local = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError as error:
        raise HTTPException(403) from error
    if not local.is_loopback:
        raise HTTPException(403)


class DeskForm:
    """What a person typed, as text; nothing is ever missing, only empty."""

    def __init__(self, data: FormData) -> None:
        """Take a parsed form."""
        self._data = data

    def text(self, name: str, longest: int = 1000) -> str:
        """Return a field without surrounding space, cut at a length."""
        value = self._data.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return bool(self.text(name))

    def file(self, name: str) -> UploadFile | None:
        """Return a file, None when none was chosen."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Return the fields `<prefix><rest>` as rest → text."""
        names = [name for name in self._data if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.text(name) for name in names}


async def _public_form(request: Request) -> AsyncIterator[DeskForm]:
    """Read a form that changes nothing; its file is gone after the response."""
    async with request.form(max_files=1, max_fields=20) as data:
        yield DeskForm(data)


async def _desk_form(request: Request) -> AsyncIterator[DeskForm]:
    _check_origin(request)
    async with request.form(max_files=1, max_fields=MAX_FIELDS) as data:
        form = DeskForm(data)
        cookie = request.cookies.get(COOKIE, "")
        if not cookie or not hmac.compare_digest(
            cookie.encode(), form.text(FIELD).encode()
        ):
            raise HTTPException(403)
        yield form


def _check_origin(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise HTTPException(403)
    origin = request.headers.get("origin", "null")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin not in ("null", own):
        raise HTTPException(403)


DeskFormDep = Annotated[DeskForm, Depends(_desk_form)]
PublicFormDep = Annotated[DeskForm, Depends(_public_form)]


def desk_page(
    request: Request, template: str, status: int = 200, **context: object
) -> Response:
    """Render a desk page with its CSRF token."""
    token = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
    html = render(template, development=True, csrf=token, **context)
    response = HTMLResponse(html, status_code=status)
    response.set_cookie(COOKIE, token, path="/desk", httponly=True, samesite="strict")
    return response
