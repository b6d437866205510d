"""Declares `certify trail …`; each command runs in `api.cli.trail`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

trail = typer.Typer(
    cls=VietnameseGroup,
    help="Nhật ký công khai: mốc kiểm chứng và bằng chứng cho từng bản sao.",
    no_args_is_help=True,
)
Kept = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint", metavar="TỆP", help="Mốc đã giữ trước đây; dùng được nhiều lần."
    ),
]


@trail.command(cls=VietnameseCommand, name="checkpoint")
def checkpoint_command(*, data: Data = None, json: Json = False) -> int:
    """Công bố một mốc kiểm chứng ngay; từ chối nếu nhật ký bị sửa."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.trail import checkpoint  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with running_services(settings, terminal) as services:
        return checkpoint(services, terminal=terminal)


@trail.command(cls=VietnameseCommand, name="verify")
def verify_command(
    *, checkpoints: Kept = None, data: Data = None, json: Json = False
) -> int:
    """Tính lại toàn bộ nhật ký, cây và sổ; so với mọi mốc, cả mốc đã giữ bên ngoài."""
    from api.cli.trail import verify  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return verify(settings, checkpoints or [], terminal=Terminal(as_json=json))


@trail.command(cls=VietnameseCommand, name="proof")
def proof_command(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Bản sao đã cấp (PDF).")],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="TỆP", help="Ghi bằng chứng ra tệp này.")
    ] = None,
    since: Annotated[
        list[int] | None,
        typer.Option(
            min=1, metavar="SỐ", help="Số dòng của mốc đã giữ; dùng được nhiều lần."
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Lấy bằng chứng một bản sao có trong nhật ký, để kiểm tra ngoại tuyến."""
    from api.cli.trail import proof  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return proof(settings, file, since or [], out, terminal=Terminal(as_json=json))


@trail.command(cls=VietnameseCommand, name="key")
def key_command(*, data: Data = None, json: Json = False) -> int:
    """In khóa công khai dùng để kiểm tra các mốc."""
    from api.cli.trail import key  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    return key(load_settings(data=data, signs=False), terminal=Terminal(as_json=json))
