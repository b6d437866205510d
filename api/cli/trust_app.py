"""Declares `certify trust …`; each command runs in `api.cli.trust`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

trust = typer.Typer(
    cls=VietnameseGroup,
    help="Thư mục tin cậy: chứng thư gốc, danh bạ cơ quan.",
    no_args_is_help=True,
)
roster = typer.Typer(
    cls=VietnameseGroup,
    help="Danh bạ cơ quan và chứng thư, có chữ ký.",
    no_args_is_help=True,
)
trust.add_typer(roster, name="roster")

Folder = Annotated[
    Path | None,
    typer.Option(
        "--trust",
        metavar="THƯ_MỤC",
        help="Thư mục tin cậy [mặc định: của thư mục dữ liệu].",
        show_default=False,
    ),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="NGÀY", help="Ngày cuối, 2026-12-31.")
]
From = Annotated[
    str, typer.Option("--from", metavar="NGÀY", help="Ngày đầu, 2026-01-01.")
]
Certificate = Annotated[
    Path, typer.Argument(metavar="TỆP", help="Chứng thư số, PEM hoặc DER.")
]


@trust.command(cls=VietnameseCommand, name="list")
def list_command(
    *, folder: Folder = None, data: Data = None, json: Json = False
) -> int:
    """Liệt kê chứng thư gốc được tin: hệ thống, mục đích, thời hạn, nguồn."""
    from api.cli.trust import list_anchors, reader  # noqa: PLC0415 - keeps --help quick

    return list_anchors(reader(folder, data), Terminal(as_json=json))


@trust.command(cls=VietnameseCommand, name="check")
def check_command(
    *, folder: Folder = None, data: Data = None, json: Json = False
) -> int:
    """Kiểm tra dấu vân, thời hạn và chữ ký của cả thư mục."""
    from api.cli.trust import check, reader  # noqa: PLC0415 - keeps --help quick

    return check(reader(folder, data), Terminal(as_json=json))


@trust.command(cls=VietnameseCommand, name="add")
def add_command(  # noqa: PLR0913 - one parameter per option
    certificate: Certificate,
    *,
    sha256: Annotated[
        str,
        typer.Option(
            metavar="DẤU_VÂN", help="Dấu vân SHA-256 lấy từ nguồn khác, để so."
        ),
    ],
    hierarchy: Annotated[
        str,
        typer.Option(
            metavar="HỆ_THỐNG", help="co-yeu-g1, co-yeu-g2, neac hoặc deployment."
        ),
    ],
    purpose: Annotated[
        list[str],
        typer.Option(
            metavar="MỤC_ĐÍCH",
            help="signature, seal, timestamp, roster hoặc chain; ghi nhiều lần được.",
        ),
    ],
    source: Annotated[
        str, typer.Option(metavar="NGUỒN", help="Địa chỉ hoặc văn bản đã lấy.")
    ],
    verified_by: Annotated[
        str, typer.Option(metavar="AI", help="Ai đã so dấu vân, với gì, khi nào.")
    ],
    start: From,
    end: To = None,
    folder: Folder = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Thêm một chứng thư gốc sau khi đã so dấu vân qua đường khác."""
    from api.cli.trust import NewAnchor, add_anchor, trust_folder  # noqa: PLC0415 - keeps --help quick

    row = {
        "sha256": sha256,
        "hierarchy": hierarchy,
        "purposes": purpose,
        "source": source,
        "verified_by": verified_by,
        "valid_from": start,
        "valid_to": end,
    }
    new = NewAnchor(certificate, row)
    return add_anchor(trust_folder(folder, data), new, Terminal(as_json=json))


@roster.command(cls=VietnameseCommand, name="show")
def show_command(
    *, folder: Folder = None, data: Data = None, json: Json = False
) -> int:
    """Hiện danh bạ và cho biết chữ ký của nó có đúng không."""
    from api.cli.trust import reader, show_roster  # noqa: PLC0415 - keeps --help quick

    return show_roster(reader(folder, data), Terminal(as_json=json))


@roster.command(cls=VietnameseCommand, name="add")
def roster_add_command(  # noqa: PLR0913 - one parameter per option
    certificate: Certificate,
    *,
    authority: Annotated[
        str, typer.Option(metavar="MÃ", help="Mã cơ quan trong hệ thống.")
    ],
    name: Annotated[str, typer.Option(metavar="TÊN", help="Tên đầy đủ của cơ quan.")],
    role: Annotated[
        str,
        typer.Option(metavar="VAI_TRÒ", help="chairman, deputy, delegate hoặc seal."),
    ],
    hierarchy: Annotated[
        str,
        typer.Option(
            metavar="HỆ_THỐNG", help="co-yeu-g1, co-yeu-g2, neac hoặc deployment."
        ),
    ],
    start: From,
    end: Annotated[
        str, typer.Option("--to", metavar="NGÀY", help="Ngày cuối, 2026-12-31.")
    ],
    data: Data = None,
    json: Json = False,
) -> int:
    """Ghi một chứng thư vào danh bạ rồi ký lại."""
    from api.cli.trust_roster import add_entry, publisher  # noqa: PLC0415 - keeps --help quick

    row = {
        "authority_id": authority,
        "authority_name": name,
        "role": role,
        "hierarchy": hierarchy,
        "valid_from": start,
        "valid_to": end,
    }
    return add_entry(publisher(data), certificate, row, Terminal(as_json=json))


@roster.command(cls=VietnameseCommand, name="end")
def roster_end_command(
    sha256: Annotated[
        str, typer.Argument(metavar="DẤU_VÂN", help="SHA-256 của chứng thư.")
    ],
    *,
    on: Annotated[
        str | None,
        typer.Option(metavar="NGÀY", help="Ngày cuối cùng [mặc định: ngay bây giờ]."),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Chấm dứt một chứng thư trong danh bạ rồi ký lại; không xóa gì."""
    from api.cli.trust_roster import end_entry, publisher  # noqa: PLC0415 - keeps --help quick

    return end_entry(publisher(data), sha256, on, Terminal(as_json=json))


@roster.command(cls=VietnameseCommand, name="sign")
def roster_sign_command(
    *,
    as_it_lies: Annotated[
        bool,
        typer.Option(
            "--as-it-lies",
            help="Ký cả khi nội dung đang có chưa được ký đúng; hãy đọc kỹ trước.",
        ),
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Ký lại danh bạ với số thứ tự mới và thời hạn mới."""
    from api.cli.trust_roster import publisher, sign_again  # noqa: PLC0415 - keeps --help quick

    return sign_again(
        publisher(data), as_it_lies=as_it_lies, terminal=Terminal(as_json=json)
    )
