"""One line per request, and the answer to exceptions nobody expected.

No personal data: the route's template is logged instead of the path, a verification
code only as the start of its hash, never a query, body or message of an exception
(database errors quote their parameters).
"""

import hashlib
import logging
import re
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import SENTENCES, answer
from api.observe.logs import event, fault
from api.observe.meter import Meter
from certify.identifiers import new_id

_FAULT = 500
# Ids, digests and small numbers. Anything else was typed: a code, a citizen's number.
_OURS = re.compile("[0-9a-f]{32}|[0-9a-f]{64}|[0-9]{1,6}")
logger = logging.getLogger("api.requests")


class RequestLog:
    """Outermost wrapper: times, logs and, at worst, answers."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        """Wrap the application."""
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        line: dict[str, Any] = {"id": new_id()[:16], "status": None}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 - the border: anything else is a fault of ours
            line |= fault(error)
            if line["status"] is None:
                response = answer(scope["path"], 500, "fault", SENTENCES[500])
                await response(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - started
            line["ms"] = round(seconds * 1000, 1)
            line.update(_facts(scope))
            level = logging.ERROR if "fault" in line else logging.INFO
            event(logger, level, "request", **line)
            if "fault" in line or line["status"] == _FAULT:
                self._meter.fault()
            self._meter.request(
                line["method"], line["route"], line["status"] or 0, seconds
            )


def _facts(scope: Scope) -> dict[str, Any]:
    route = scope.get("route")
    facts: dict[str, Any] = {
        "method": scope["method"],
        "route": getattr(route, "path", "(static or none)"),
    }
    for name, value in scope.get("path_params", {}).items():
        if name == "code":
            digest = hashlib.sha256(str(value).encode()).hexdigest()
            facts["code_sha256"] = digest[:12]
        elif name != "path":  # of static files
            facts[name] = value if _OURS.fullmatch(str(value)) else "…"
    if key_id := scope.get("state", {}).get("key_id"):
        facts["key"] = key_id
    return facts
