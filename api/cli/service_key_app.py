"""Declares `certify keys service …`; it runs in `api.cli.service_key`."""

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

service = typer.Typer(
    cls=VietnameseGroup,
    help="Khóa dịch vụ: mã hóa kho và bản chụp, xác thực khóa xác nhận.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)


@service.command(cls=VietnameseCommand, name="list")
def list_command(*, data: Data = None, json: Json = False) -> int:
    """Liệt kê khóa dịch vụ theo dấu nhận dạng, khóa mới nhất đứng đầu."""
    from api.cli.service_key import list_keys  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return list_keys(settings, terminal=Terminal(as_json=json))


@service.command(cls=VietnameseCommand, name="rotate")
def rotate_command(*, data: Data = None, json: Json = False) -> int:
    """Thêm khóa dịch vụ mới để mã hóa từ nay; khóa cũ chỉ còn dùng để đọc."""
    from api.cli.service_key import rotate  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return rotate(settings, terminal=Terminal(as_json=json))
