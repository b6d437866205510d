"""Declares `certify audit`; it runs in `api.cli.audit`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal


def audit_command(
    *,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Không kiểm tra chữ ký trong từng tệp."),
    ] = False,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Kiểm tra lại từ đầu, bỏ phần đang dở."),
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Đối chiếu kho lưu trữ, sổ chứng thực và nhật ký; không thay đổi gì.

    Dừng lúc nào cũng được; lần chạy sau xem tiếp từ chỗ dừng.
    """
    from api.cli.audit import audit  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    terminal = Terminal(as_json=json)
    return audit(settings, quick=quick, anew=anew, terminal=terminal)
