"""One JSON line per request, and the answer to exceptions nobody expected.

No personal data: the route's template is logged instead of the path, a verification
code only as the start of its hash, never a query, body or message of an exception
(database errors quote their parameters).
"""

import hashlib
import json
import logging
import time
import traceback
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import SENTENCES, answer
from certify.identifiers import new_id

logger = logging.getLogger("api.requests")


class RequestLog:
    """Outermost wrapper: times, logs and, at worst, answers."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

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
            line["fault"] = type(error).__name__
            line["at"] = _frames(error)
            if line["status"] is None:
                response = answer(scope["path"], 500, "fault", SENTENCES[500])
                await response(scope, receive, noted)
        finally:
            line["ms"] = round((time.perf_counter() - started) * 1000, 1)
            line.update(_facts(scope))
            level = logging.ERROR if "fault" in line else logging.INFO
            logger.log(level, json.dumps(line, ensure_ascii=False))


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
            facts[name] = str(value)[:64]
    if key_id := scope.get("state", {}).get("key_id"):
        facts["key"] = key_id
    return facts


def _frames(error: BaseException) -> list[str]:
    """Where it happened, without the message."""
    return [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    ]
