"""How much and how often: body size while it streams, calls per client."""

import ipaddress
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import SENTENCES, answer
from api.web_settings import WebSettings

MAX_CLIENTS = 10_000  # remembered buckets; the one idle longest is forgotten first
UPLOAD_ALLOWANCE = 64 * 1024  # multipart boundaries and form fields around a file


@dataclass
class _Bucket:
    tokens: float
    refilled_at: float


class TokenBuckets:
    """One token bucket per client, in this process, with bounded memory."""

    def __init__(self, *, per_minute: int, burst: int) -> None:
        """Take the steady rate and how many calls may come at once."""
        self._per_second = per_minute / 60
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str) -> float:
        """Take a token.

        Returns:
            0 when allowed, else the seconds to wait for the next token.
        """
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(client, _Bucket(self._burst, now))
            self._buckets.move_to_end(client)
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
            gained = (now - bucket.refilled_at) * self._per_second
            bucket.tokens = min(self._burst, bucket.tokens + gained)
            bucket.refilled_at = now
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / self._per_second
            bucket.tokens -= 1
            return 0


def limit(buckets: TokenBuckets, client: str) -> None:
    """Raise 429 with Retry-After when the client's bucket is empty."""
    wait = buckets.take(client)
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(int(wait) + 1)})


def limit_public(request: Request) -> None:
    """Dependency of routes that need no key (domain rule 37)."""
    limit(request.app.state.public_buckets, client_of(request))


def limit_files(request: Request, count: int) -> None:
    """Take the tokens of a call with several files: one file is one call."""
    for _ in range(count - 1):  # the first was taken by `limit_public`
        limit(request.app.state.public_buckets, client_of(request))


def client_of(request: Request) -> str:
    """Name whose bucket a call drains: an IPv4 address, or an IPv6 /64.

    A household or a rented server holds a whole /64 (RFC 6177), so one address of it
    must not be a client of its own.
    """
    text = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


class BodyLimit:
    """Refuses bodies that are too large, counting while they stream."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        """Wrap the application."""
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowed = self._allowed(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > allowed:
            status = 413 if declared.isdigit() else 400
            refusal = answer(scope["path"], status, f"http.{status}", SENTENCES[status])
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > allowed:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)

    def _allowed(self, path: str) -> int:
        is_upload = path.endswith(
            ("/scan", "/scan/parts", "/verify", "/verify/signed", "/verify/files")
        ) or path.startswith("/v/")
        if is_upload:
            return self._settings.max_upload_bytes + UPLOAD_ALLOWANCE
        return self._settings.max_body_bytes
