"""Declares `certify keys api …`; the commands run in `api.cli.api_keys`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

api_keys = typer.Typer(
    cls=VietnameseGroup,
    help="Khóa API của các hệ thống khác: cấp, xem, thu hồi.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


@api_keys.command(cls=VietnameseCommand, name="list")
def list_command(*, data: Data = None, json: Json = False) -> int:
    """Liệt kê khóa API: quyền, hạn dùng, lần dùng gần nhất."""
    from api.cli.api_keys import list_keys  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return list_keys(settings, terminal=Terminal(as_json=json))


@api_keys.command(cls=VietnameseCommand, name="add")
def add_command(
    label: Annotated[str, typer.Argument(metavar="TÊN", help="Khóa cấp cho ai.")],
    *,
    scope: Annotated[
        list[str],
        typer.Option(metavar="QUYỀN", help="officer, sign, read hoặc partner."),
    ],
    days: Annotated[
        int, typer.Option(min=1, max=730, metavar="NGÀY", help="Hạn dùng.")
    ] = 365,
    data: Data = None,
    json: Json = False,
) -> int:
    """Cấp một khóa API mới; chỉ hiện một lần."""
    from api.cli.api_keys import add  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    terminal = Terminal(as_json=json)
    return add(settings, label, scopes=scope, days=days, terminal=terminal)


@api_keys.command(cls=VietnameseCommand, name="revoke")
def revoke_command(
    key: Annotated[str, typer.Argument(metavar="MÃ_KHÓA", help="Mã của khóa API.")],
    *,
    reason: Annotated[str, typer.Option(metavar="LÝ_DO", help="Ghi vào nhật ký.")],
    data: Data = None,
    json: Json = False,
) -> int:
    """Thu hồi một khóa API, có hiệu lực ngay."""
    from api.cli.api_keys import revoke  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return revoke(settings, key, reason=reason, terminal=Terminal(as_json=json))
