"""Declares `certify audit`; it runs in `api.cli.audit`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal


def audit_command(
    *,
    after: Annotated[
        str,
        typer.Option(metavar="SHA256", help="Kiểm tra tiếp sau mã băm này."),
    ] = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Đối chiếu mọi bản sao đã cấp với kho lưu trữ; không thay đổi gì."""
    from api.cli.audit import audit  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return audit(settings, after=after, terminal=Terminal(as_json=json))
