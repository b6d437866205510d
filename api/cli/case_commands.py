"""Declares `certify case …`: what an officer decides without a browser."""

from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

case_app = typer.Typer(
    cls=VietnameseGroup,
    help="Hồ sơ: xem, từ chối, lập biên bản.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
Paper = Annotated[
    str,
    typer.Argument(metavar="GIẤY_TỜ", help="Mã giấy tờ, xem: certify case list."),
]


@case_app.command(cls=VietnameseCommand, name="list")
def list_command(*, data: Data = None, json: Json = False) -> int:
    """Liệt kê hồ sơ mới nhất, giấy tờ và phiếu đã lập."""
    from api.cli.case_work import list_cases  # noqa: PLC0415 - keeps --help quick
    from api.cli.context import paper_desk  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with paper_desk(settings) as desk:
        return list_cases(desk, terminal=terminal)


@case_app.command(cls=VietnameseCommand, name="refuse")
def refuse_command(
    paper: Paper,
    *,
    reason: Annotated[
        str, typer.Option(metavar="MÃ", help="Mã lý do, ví dụ altered, damaged.")
    ],
    detail: Annotated[
        str, typer.Option(metavar="CÂU", help="Giải thích in trên phiếu.")
    ] = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Lập phiếu từ chối chứng thực một giấy tờ."""
    from api.cli.case_work import show  # noqa: PLC0415 - keeps --help quick
    from api.cli.context import paper_desk  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with paper_desk(settings) as desk:
        record = desk.papers.refuse(
            desk.officer_id, paper, reason=reason, detail=detail
        )
    return show(record, terminal=terminal)


@case_app.command(cls=VietnameseCommand, name="withdraw")
def withdraw_command(
    record: Annotated[str, typer.Argument(metavar="PHIẾU", help="Mã phiếu từ chối.")],
    *,
    reason: Annotated[str, typer.Option(metavar="CÂU", help="Lý do thu hồi.")],
    data: Data = None,
    json: Json = False,
) -> int:
    """Thu hồi một phiếu từ chối lập nhầm."""
    from api.cli.case_work import show  # noqa: PLC0415 - keeps --help quick
    from api.cli.context import paper_desk  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with paper_desk(settings) as desk:
        withdrawn = desk.papers.withdraw_refusal(desk.officer_id, record, reason)
    return show(withdrawn, terminal=terminal)


@case_app.command(cls=VietnameseCommand, name="report")
def report_command(  # noqa: PLR0913 - one parameter per option
    paper: Paper,
    *,
    suspicion: Annotated[
        str, typer.Option(metavar="MÃ", help="Dấu hiệu, ví dụ forged, altered.")
    ],
    seen: Annotated[str, typer.Option(metavar="CÂU", help="Nội dung phát hiện.")],
    measure: Annotated[
        list[str],
        typer.Option(
            metavar="MÃ", help="Việc đã làm, ví dụ file_kept; dùng nhiều lần."
        ),
    ],
    receiver: Annotated[
        str, typer.Option(metavar="CƠ_QUAN", help="Nơi tiếp nhận giấy tờ.")
    ] = "",
    requester_says: Annotated[
        str, typer.Option(metavar="CÂU", help="Ý kiến của người yêu cầu.")
    ] = "",
    witness: Annotated[
        str, typer.Option(metavar="HỌ_TÊN", help="Người chứng kiến.")
    ] = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Lập biên bản giấy tờ có dấu hiệu vi phạm; hồ sơ dừng lại."""
    from api.cli.case_work import show  # noqa: PLC0415 - keeps --help quick
    from api.cli.context import paper_desk  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick
    from certify.desk_papers import SuspicionTyped  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    typed = SuspicionTyped(
        code=suspicion,
        seen=seen,
        measures=measure,
        receiver=receiver,
        requester_says=requester_says,
        witness=witness,
    )
    with paper_desk(settings) as desk:
        record = desk.papers.report_suspicion(desk.officer_id, paper, typed)
    return show(record, terminal=terminal)


CaseCode = Annotated[str, typer.Argument(metavar="MÃ_HỒ_SƠ", help="Mã số hồ sơ.")]
HoldReason = Annotated[
    str, typer.Option(metavar="CÂU", help="Quyết định hoặc lý do; ghi vào nhật ký.")
]


@case_app.command(cls=VietnameseCommand, name="hold")
def hold_command(
    case_code: CaseCode, *, reason: HoldReason, data: Data = None, json: Json = False
) -> int:
    """Giữ hồ sơ: bản chụp và dữ liệu không bị xóa dù hết thời hạn."""
    from api.cli.person import hold  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return hold(settings, case_code, reason, terminal=Terminal(as_json=json))


@case_app.command(cls=VietnameseCommand, name="unhold")
def unhold_command(
    case_code: CaseCode, *, reason: HoldReason, data: Data = None, json: Json = False
) -> int:
    """Thôi giữ hồ sơ; bản chụp đã hết thời hạn sẽ bị xóa ở lượt sau."""
    from api.cli.person import unhold  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings = load_settings(data=data, signs=False)
    return unhold(settings, case_code, reason, terminal=Terminal(as_json=json))
