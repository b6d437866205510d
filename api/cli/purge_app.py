"""Declares `certify purge`; it runs in `api.cli.purge`."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal


def purge_command(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ kê bản chụp đến hạn, không xóa gì.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Xóa bản chụp đã hết thời hạn lưu giữ; bản sao đã cấp không bị ảnh hưởng."""
    from api.cli.purge import purge  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return purge(settings, dry_run=dry_run, terminal=Terminal(as_json=json))
