"""Forms of the desk: only from this machine, only from our own pages.

CSRF: a random token in a SameSite=Strict cookie must come back in the form (double
submit), and the browser's own word on the request's origin is heard. The Origin
header alone would not do: under `Referrer-Policy: no-referrer` browsers send "null".
"""

import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api.deps import FolderDep
from api.loopback import is_loopback
from api.many_files import MAX_FILES
from api.private_form import read_form
from api.rendering import render
from api.web_settings import WebSettings
from certify.arrangement import MAX_PARTS

COOKIE = "desk_csrf"
FIELD = "csrf"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
MAX_FIELDS = 2000  # one tick per page of a long school record, and the rest


def desk_only(request: Request) -> None:
    """Dependency: 403 unless the browser runs on this machine.

    A proxy on this machine also connects from loopback, for whoever asked it: one that
    forwards says so, or asks under another name than this machine's.
    """
    host = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in _FORWARDED)
    own_name = is_loopback(request.url.hostname or "")
    if forwarded or not own_name or not is_loopback(host):
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

    def files(self, name: str) -> list[UploadFile]:
        """Return the chosen files in their order."""
        found = self._data.getlist(name)
        return [f for f in found if isinstance(f, UploadFile) and f.filename]

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Return the fields `<prefix><rest>` as rest → text."""
        names = [name for name in self._data if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.text(name) for name in names}


@asynccontextmanager
async def _closing(data: FormData) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await data.close()


async def _public_form(request: Request, folder: FolderDep) -> AsyncIterator[DeskForm]:
    """Read a form that changes nothing; its file is gone after the response."""
    data = await read_form(request, folder, max_fields=20, max_files=MAX_FILES)
    async with _closing(data):
        yield DeskForm(data)


async def _desk_form(request: Request, folder: FolderDep) -> AsyncIterator[DeskForm]:
    _check_origin(request)
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise HTTPException(403)
    data = await read_form(request, folder, max_fields=MAX_FIELDS, max_files=MAX_PARTS)
    async with _closing(data):
        form = DeskForm(data)
        if not hmac.compare_digest(cookie.encode(), form.text(FIELD).encode()):
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
    settings: WebSettings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        token,
        path="/desk",
        httponly=True,
        samesite="strict",
        secure=settings.base_url.startswith("https://"),
    )
    return response
