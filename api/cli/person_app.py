"""Declares `certify person …`; the commands run in `api.cli.person`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

person = typer.Typer(
    cls=VietnameseGroup,
    help="Yêu cầu của người có dữ liệu cá nhân: cung cấp và xóa (Luật 91/2025/QH15).",
    no_args_is_help=True,
)

CaseCode = Annotated[
    str, typer.Option("--case", metavar="MÃ_HỒ_SƠ", help="Mã số hồ sơ.")
]
Email = Annotated[str, typer.Option(metavar="THƯ", help="Địa chỉ thư điện tử.")]
Phone = Annotated[str, typer.Option(metavar="SỐ", help="Số điện thoại.")]
Name = Annotated[
    str, typer.Option(metavar="HỌ_TÊN", help="Họ và tên, ghi đúng như trong hồ sơ.")
]


@person.command(cls=VietnameseCommand, name="export")
def export_command(  # noqa: PLR0913 - one parameter per option
    *,
    case_code: CaseCode = "",
    email: Email = "",
    phone: Phone = "",
    name: Name = "",
    out: Annotated[Path, typer.Option(metavar="TỆP", help="Ghi JSON ra tệp này.")],
    data: Data = None,
    json: Json = False,
) -> int:
    """Ghi mọi dữ liệu đang có về một người ra tệp JSON; việc này vào nhật ký."""
    from api.cli.person import export  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick
    from certify.person import PersonWanted  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    wanted = PersonWanted(case_code=case_code, email=email, phone=phone, name=name)
    return export(settings, wanted, out=out, terminal=Terminal(as_json=json))


@person.command(cls=VietnameseCommand, name="erase")
def erase_command(  # noqa: PLR0913 - one parameter per option
    *,
    case_code: CaseCode = "",
    email: Email = "",
    phone: Phone = "",
    name: Name = "",
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Xóa thật; không có thì chỉ kê ra để xem."),
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Xóa dữ liệu của một người trong phạm vi luật cho phép; nêu rõ phần phải giữ."""
    from api.cli.person import erase  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick
    from certify.person import PersonWanted  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    wanted = PersonWanted(case_code=case_code, email=email, phone=phone, name=name)
    return erase(settings, wanted, confirm=confirm, terminal=Terminal(as_json=json))
