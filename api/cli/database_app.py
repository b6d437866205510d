"""Declares `certify database …`; the work is in `api.cli.database`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

database = typer.Typer(
    cls=VietnameseGroup,
    help="Cơ sở dữ liệu: cập nhật bảng, phân quyền, mã hóa lại.",
    no_args_is_help=True,
)


@database.callback()
def group() -> None:
    """Group the commands."""


@database.command(cls=VietnameseCommand, name="migrate")
def migrate_command(
    *,
    service_role: Annotated[
        str | None,
        typer.Option(
            "--service-role",
            metavar="TÀI_KHOẢN",
            help="Tài khoản PostgreSQL mà dịch vụ dùng; được cấp đúng quyền cần có.",
        ),
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option(
            metavar="THƯ_MỤC", help="Sao lưu vào thư mục này trước khi thay đổi bảng."
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Tạo hoặc cập nhật các bảng; chạy bằng tài khoản chủ sở hữu các bảng."""
    from api.cli.database import migrate  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return migrate(
        settings, service_role, backup=backup, terminal=Terminal(as_json=json)
    )


@database.command(cls=VietnameseCommand, name="reseal")
def reseal_command(*, data: Data = None, json: Json = False) -> int:
    """Mã hóa lại dữ liệu cá nhân bằng khóa dịch vụ mới nhất."""
    from api.cli.database import reseal  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return reseal(settings, terminal=Terminal(as_json=json))
