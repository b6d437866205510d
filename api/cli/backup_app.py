"""Declares `certify backup` and `certify restore`; they run in `api.cli.backup`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal

Target = Annotated[
    Path,
    typer.Argument(
        metavar="THƯ_MỤC", help="Thư mục sao lưu, trên đĩa khác máy chủ thì tốt hơn."
    ),
]


def backup_command(target: Target, *, data: Data = None, json: Json = False) -> int:
    """Sao lưu cơ sở dữ liệu và các tệp về một thời điểm, dịch vụ vẫn chạy."""
    from api.cli.backup import backup  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return backup(settings, target.absolute(), terminal=Terminal(as_json=json))


def restore_command(
    source: Annotated[
        Path,
        typer.Argument(metavar="THƯ_MỤC", help="Thư mục đã sao lưu trước đây."),
    ],
    *,
    point: Annotated[
        str,
        typer.Option(metavar="MÃ", help="Mã của bản sao lưu [mặc định: mới nhất]."),
    ] = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Khôi phục từ bản sao lưu vào thư mục và cơ sở dữ liệu còn trống."""
    from api.cli.backup import restore  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return restore(
        settings, source.absolute(), point=point, terminal=Terminal(as_json=json)
    )
