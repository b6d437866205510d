"""Which hosts we answer, and the security headers of every answer."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import SENTENCES, answer
from api.web_settings import WebSettings

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

NEWEST_SECONDS = 60  # how long the newest checkpoint may be kept by a proxy
FIXED_SECONDS = 86_400


def keep_for(response: Response, seconds: int) -> None:
    """Let browsers and proxies keep an answer; all others are never kept."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"


class SecurityHeaders:
    """Adds the headers; pages with personal data are never cached."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        """Wrap the application."""
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        if settings.production:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_static = scope["path"].startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                # A page may need one address more, see `api.pages.sign`.
                headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
                headers.setdefault(
                    "Cache-Control", "no-cache" if is_static else "no-store"
                )
            await send(message)

        await self._app(scope, receive, with_headers)


class HostCheck:
    """Answers only under its own names, which also defeats DNS rebinding."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        """Wrap the application."""
        self._app = app
        own = urlsplit(settings.base_url).hostname or ""
        self._hosts = {own, *settings.allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and not self._known(scope):
            refusal = answer(scope["path"], 400, "http.400", SENTENCES[400])
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return name in self._hosts
