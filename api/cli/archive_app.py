"""Declares `certify archive …`; each command runs in `api.cli.archive`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

archive = typer.Typer(
    cls=VietnameseGroup,
    help="Kho lưu trữ S3 của bản sao đã cấp (CERTIFY_ARCHIVE=s3).",
    no_args_is_help=True,
)


@archive.command(cls=VietnameseCommand, name="init")
def init_command(*, json: Json = False) -> int:
    """Tạo thùng có khóa đối tượng; chạy bằng khóa truy cập của người quản trị kho."""
    from api.cli.archive import init  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    return init(load_settings(signs=False), terminal=Terminal(as_json=json))


@archive.command(cls=VietnameseCommand, name="check")
def check_command(*, json: Json = False) -> int:
    """Kiểm tra cấu hình thùng và tìm tệp do người khác ghi đè hoặc đánh dấu xóa."""
    from api.cli.archive import check  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    return check(load_settings(signs=False), terminal=Terminal(as_json=json))


@archive.command(cls=VietnameseCommand, name="link")
def link_command(
    code: Annotated[str, typer.Argument(metavar="MÃ_TRA_CỨU", help="Mã của bản sao.")],
    *,
    minutes: Annotated[
        int, typer.Option(min=1, max=60, metavar="PHÚT", help="Thời hạn của địa chỉ.")
    ] = 10,
    data: Data = None,
    json: Json = False,
) -> int:
    """In một địa chỉ tải bản sao thẳng từ kho, dùng được trong ít phút."""
    from api.cli.archive import link  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return link(settings, code, minutes=minutes, terminal=Terminal(as_json=json))
