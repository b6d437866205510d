"""Declares `certify worker`; the work is in `api.cli.worker`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal


def worker_command(
    *,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, max=32, metavar="SỐ", help="Số bản sao phát hành cùng lúc."
        ),
    ] = 1,
    beside_server: Annotated[
        bool, typer.Option("--beside-server", hidden=True)
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Chạy tiến trình phát hành và các việc định kỳ; chạy được trên nhiều máy."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.worker import work  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with running_services(settings, terminal, desk=False) as services:
        return work(
            services,
            settings,
            concurrency=concurrency,
            beside_server=beside_server,
            terminal=terminal,
        )
