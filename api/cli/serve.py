"""`certify serve`: the web server, with one worker process beside it."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import uvicorn

from api.app import create_app
from api.cli.observed import observed
from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.dispatch import HandOver, IssueByWorkers
from api.periodic import Timetable, duties
from api.services import Services
from api.settings import Settings
from api.web_settings import WebSettings
from api.wiring import open_queue
from api.worker_process import WorkerProcess
from certify.errors import InvalidInput


@contextmanager
def handing_over(services: Services, settings: Settings) -> Iterator[Services]:
    """Let workers issue, where there is a queue to reach them by."""
    if settings.database_url is None:
        yield services
        return
    with open_queue(settings) as queue:
        yield replace(
            services,
            issue=IssueByWorkers(
                queue=queue, cases=services.cases, register=services.register
            ),
            confirmed=HandOver(
                queue=queue, cases=services.cases, held_keys=services.external_keys
            ),
        )


@contextmanager
def bind(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything is built.

    Raises:
        InvalidInput: the port is taken or not ours to use.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
            listening.listen(128)
        except OSError as error:
            raise InvalidInput(
                field=f"{settings.host}:{settings.port}",
                reason="không lắng nghe được ở đây, hãy chọn cổng khác (--port 0)",
            ) from error
        yield listening


def serve(
    services: Services,
    settings: Settings,
    listening: socket.socket,
    *,
    terminal: Terminal,
) -> int:
    """Serve until a signal: 0 after SIGTERM; Ctrl-C ends in KeyboardInterrupt."""
    base_url = settings.base_url or DataFolder(settings.data).choices().base_url
    app = create_app(services, settings=_web_settings(settings, base_url))
    # uvicorn's own access log writes verification codes in clear.
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="on",
        # Believing by default would let any client on this machine name its address.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
    )
    _announce(listening, base_url, terminal)
    # uvicorn stops in good order, then raises the signal again for us.
    signal.signal(signal.SIGTERM, _stop)
    # A shell that starts us in the background has SIGINT ignored; a person who sends
    # it all the same wants an end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with observed(services, settings, process="serve"), _beside(services, settings):
            uvicorn.Server(config).run(sockets=[listening])
    except _Stopped:
        return 0
    return 0


def _web_settings(settings: Settings, base_url: str) -> WebSettings:
    return WebSettings(
        production=settings.env == "production",
        base_url=base_url,
        max_upload_bytes=settings.max_upload_bytes,
        portal_limit_bytes=settings.portal_limit_bytes,
        mail_limit_bytes=settings.mail_limit_bytes,
        disk_free_bytes=settings.disk_free_bytes,
        clock_drift_seconds=settings.clock_drift_seconds,
        ready_seconds=settings.ready_seconds,
    )


@contextmanager
def _beside(services: Services, settings: Settings) -> Iterator[None]:
    """Keep what this process remembers fresh, and a worker process running."""
    here = Timetable(
        [duty for duty in duties(services, settings) if duty.here],
        rounds=services.rounds,
        clock=services.clock,
    )
    here.start()
    worker = WorkerProcess(settings.data) if settings.serve_worker else None
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        if worker is not None:
            worker.stop()
        here.stop()


class _Stopped(BaseException):
    """SIGTERM arrived."""


def _stop(_signal: int, _frame: object) -> None:
    raise _Stopped


def _announce(listening: socket.socket, base_url: str, terminal: Terminal) -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    terminal.result({"address": address, "desk": f"{address}/desk"})
    terminal.say(f"Máy chủ THỬ NGHIỆM chạy ở {address}")
    terminal.say(f"  Bàn làm việc: {address}/desk")
    terminal.say(f"  Kiểm tra tệp: {address}/verify")
    terminal.say(f"  API:          {address}/api/v1/openapi.json")
    terminal.say("Nhấn Ctrl-C để dừng.")
    if urlsplit(base_url).port != port and urlsplit(base_url).hostname == "127.0.0.1":
        terminal.note(
            f"Lưu ý: mã QR của bản sao dẫn tới {base_url}, không phải cổng này."
        )
    sys.stdout.flush()  # a program on the other end of a pipe waits for the address
