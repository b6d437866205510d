"""`certify agent`: declared here, run by `api.agent`; needs no data folder."""

from pathlib import Path
from typing import Annotated

import typer

from api.agent_port import DEFAULT_PORT


def agent_command(
    *,
    module: Annotated[
        Path,
        typer.Option(metavar="TỆP", help="Thư viện PKCS#11 của USB token (.dll, .so)."),
    ],
    origin: Annotated[
        list[str],
        typer.Option(
            metavar="ĐỊA_CHỈ",
            help="Trang được dùng trạm ký, ví dụ https://chungthuc.example.vn.",
        ),
    ],
    token_label: Annotated[
        str | None,
        typer.Option(metavar="NHÃN", help="Chỉ dùng USB token có nhãn này."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="CỔNG", help="Cổng trên máy này.")
    ] = DEFAULT_PORT,
    pin_minutes: Annotated[
        float,
        typer.Option(
            min=0,
            max=60,
            metavar="PHÚT",
            help="Nhớ mã PIN trong bấy nhiêu phút; 0 là hỏi mỗi lượt.",
        ),
    ] = 0,
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="THƯ_MỤC", help="Nơi giữ chứng thư của trạm ký, chỉ bạn đọc được."
        ),
    ] = None,
) -> int:
    """Chạy trạm ký: cho trang ký dùng USB token của máy này."""
    from api.agent.command import run_agent  # noqa: PLC0415 - keeps --help quick

    return run_agent(
        module=module,
        token_label=token_label,
        origins=origin,
        port=port,
        pin_minutes=pin_minutes,
        folder=folder,
    )
