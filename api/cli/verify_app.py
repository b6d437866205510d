"""Declares `certify verify`; it runs in `api.cli.verify`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal


def verify_command(  # noqa: PLR0913 - one parameter per option
    files: Annotated[
        list[Path],
        typer.Argument(metavar="TỆP...", help="Một hay nhiều tệp PDF cần kiểm tra."),
    ],
    *,
    trust: Annotated[
        Path | None,
        typer.Option(
            metavar="THƯ_MỤC", help="Kiểm tra ngoại tuyến với danh bạ tin cậy này."
        ),
    ] = None,
    offline_ok: Annotated[
        bool,
        typer.Option("--offline-ok", help="Chấp nhận khi chưa tra được sổ."),
    ] = False,
    proof: Annotated[
        Path | None,
        typer.Option(
            metavar="TỆP", help="Bằng chứng bản sao có trong nhật ký công khai."
        ),
    ] = None,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="TỆP",
            help="Mốc đã giữ trước đây, để biết nhật ký không bị viết lại.",
        ),
    ] = None,
    witnesses: Annotated[
        list[Path] | None,
        typer.Option(
            "--witness", metavar="TỆP", help="Một bản sao khác, thay cho mốc đã giữ."
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Kiểm tra từng tệp có phải bản sao chứng thực còn nguyên vẹn không."""
    from api.cli.context import verifier  # noqa: PLC0415 - keeps --help quick
    from api.cli.verify import verify  # noqa: PLC0415 - keeps --help quick
    from api.cli.verify_trail import TrailFiles, trail_checker  # noqa: PLC0415 - keeps --help quick
    from api.data_folder import DataFolder  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    given = TrailFiles(proof, checkpoints or [], witnesses or [])
    folder = trust or DataFolder(settings.data).trust
    with trail_checker(folder, given) as trail, verifier(settings, trust) as judge:
        return verify(
            judge,
            files,
            offline_ok=offline_ok,
            terminal=Terminal(as_json=json),
            trail=trail,
        )
