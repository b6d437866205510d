"""Declares `certify annulments …`; each command runs in `api.cli.annulments`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

annulments = typer.Typer(
    cls=VietnameseGroup,
    help="Hủy bỏ giá trị pháp lý của bản sao (TT 01/2020/TT-BTP Điều 7).",
    no_args_is_help=True,
)


@annulments.command(cls=VietnameseCommand, name="add")
def add_command(
    code: Annotated[str, typer.Argument(metavar="MÃ_TRA_CỨU", help="Mã của bản sao.")],
    *,
    decision: Annotated[str, typer.Option(metavar="SỐ", help="Số quyết định.")],
    date: Annotated[
        str, typer.Option(metavar="NGÀY", help="Ngày quyết định, 2026-11-23.")
    ],
    reason: Annotated[
        str,
        typer.Option(
            metavar="LÝ_DO", help="Hiện công khai: không ghi dữ liệu cá nhân."
        ),
    ],
    data: Data = None,
    json: Json = False,
) -> int:
    """Ghi quyết định của Chủ tịch; có hiệu lực ngay, không xóa gì."""
    from api.cli.annulments import TypedDecision, add  # noqa: PLC0415 - keeps --help quick
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    typed = TypedDecision(decision, date, reason)
    with running_services(settings, terminal) as services:
        return add(services, code, typed, terminal)


@annulments.command(cls=VietnameseCommand, name="export")
def export_command(
    *,
    since: Annotated[
        int,
        typer.Option(min=0, metavar="MỐC", help="Chỉ các mục sau mốc này."),
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="TỆP", help="Ghi CSV ra tệp này.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Xuất danh sách để đăng lên Cổng thông tin điện tử cấp tỉnh."""
    from api.cli.annulments import export  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return export(settings, since=since, out=out, terminal=Terminal(as_json=json))


@annulments.command(cls=VietnameseCommand, name="publish")
def publish_command(*, data: Data = None, json: Json = False) -> int:
    """Ký danh sách hủy bỏ mới vào thư mục tin cậy, cho nơi kiểm tra ngoại tuyến."""
    from api.cli.annulments import publish  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    return publish(load_settings(data=data), terminal=Terminal(as_json=json))
