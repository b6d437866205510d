"""The web application: middleware from the outside in, then API, pages, static files.

`create_app` holds no rule; run it with uvicorn's own access log switched off, because
that one writes verification codes in clear.
"""

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from api import errors
from api.headers import HostCheck, SecurityHeaders
from api.issue_progress import IssueProgress
from api.limits import BodyLimit, TokenBuckets
from api.pages import (
    annulment,
    arranging,
    decide,
    desk,
    issuance,
    papers,
    public,
    public_trail,
    sign,
)
from api.readiness import Readiness
from api.request_log import RequestLog
from api.routes import (
    annulments,
    attestations,
    cases,
    desk_records,
    health,
    originals,
    signature_requests,
    verification,
)
from api.routes import public_trail as trail_routes
from api.services import Services
from api.web_settings import WebSettings

DESCRIPTION = (
    "Chứng thực bản sao điện tử từ bản chính. Lỗi trả về theo RFC 9457 với câu tiếng "
    "Việt trong `detail`. Tra theo mã không bao giờ đủ để tin: hãy gửi tệp lên /verify."
)


def create_app(services: Services, *, settings: WebSettings) -> FastAPI:
    """Build the application over a built system.

    Args:
        services: the built system; closed by whoever built it.
        settings: limits and names; `production` leaves the desk out.
    """
    app = FastAPI(
        title="Chứng thực bản sao điện tử",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.settings = settings
    app.state.progress = IssueProgress()
    app.state.readiness = Readiness(services, settings)
    app.state.public_buckets = TokenBuckets(
        per_minute=settings.public_per_minute, burst=settings.public_burst
    )
    app.state.key_buckets = TokenBuckets(
        per_minute=settings.key_per_minute, burst=settings.key_per_minute
    )
    app.state.refused_buckets = TokenBuckets(
        per_minute=settings.public_per_minute, burst=settings.public_burst
    )
    errors.install(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(HostCheck, settings=settings)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(RequestLog, meter=services.meter)
    _add_routes(app, settings)
    return app


def _add_routes(app: FastAPI, settings: WebSettings) -> None:
    api = APIRouter(prefix="/api/v1")
    for module in (
        cases,
        originals,
        attestations,
        annulments,
        desk_records,
        signature_requests,
        verification,
        trail_routes,
    ):
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(public.router)
    app.include_router(public_trail.router)
    if not settings.production:
        # No accounts yet: the desk acts as the development people, on loopback only.
        for pages in (desk, papers, arranging, issuance, sign, decide, annulment):
            app.include_router(pages.router)
    app.mount("/static", StaticFiles(packages=[("api", "static")]), name="static")
