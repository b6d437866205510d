"""Declares the commands and their options; each runs in a module of its own."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.annulments_app import annulments
from api.cli.archive_app import archive
from api.cli.audit_app import audit_command
from api.cli.database_app import database
from api.cli.options import Data, Json
from api.cli.person_app import person
from api.cli.purge_app import purge_command
from api.cli.terminal import Terminal
from api.cli.trail_app import trail
from api.cli.trust_app import trust
from api.cli.verify_app import verify_command
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup
from api.cli.worker_app import worker_command

app = typer.Typer(
    cls=VietnameseGroup,
    help="Chứng thực bản sao điện tử từ bản chính giấy.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
app.add_typer(trust, name="trust")
app.add_typer(trail, name="trail")
app.add_typer(annulments, name="annulments")
app.add_typer(archive, name="archive")
app.command(cls=VietnameseCommand, name="audit")(audit_command)
app.command(cls=VietnameseCommand, name="verify")(verify_command)
app.add_typer(database, name="database")
app.add_typer(person, name="person")
app.command(cls=VietnameseCommand, name="purge")(purge_command)
app.command(cls=VietnameseCommand, name="worker")(worker_command)

PageSize = Annotated[
    str | None,
    typer.Option(
        "--page-size",
        metavar="KHỔ",
        help="Khổ giấy của ảnh không ghi độ phân giải: A4, A5 hoặc 210x297 (mm).",
    ),
]
DeclaredPages = Annotated[
    int | None,
    typer.Option(
        "--declared-pages",
        min=1,
        max=300,
        metavar="SỐ",
        help="Số trang có thông tin đếm trên bản chính giấy.",
    ),
]
Scans = Annotated[
    list[Path],
    typer.Argument(
        metavar="BẢN_CHỤP...",
        help="Một hay nhiều tệp PDF, JPEG, PNG, TIFF, JPEG 2000 hoặc HEIC, theo "
        "thứ tự trang.",
    ),
]


@app.command(cls=VietnameseCommand, name="init")
def init_command(
    *,
    data: Data = None,
    api_keys: Annotated[
        bool, typer.Option("--api-keys", help="Cấp thêm một bộ khóa API mới.")
    ] = False,
    json: Json = False,
) -> int:
    """Tạo thư mục dữ liệu và môi trường thử nghiệm."""
    from api.cli.init import init  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    return init(settings, api_keys=api_keys, terminal=terminal)


@app.command(cls=VietnameseCommand, name="demo")
def demo_command(
    *,
    data: Data = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Bỏ qua nếu đã có hồ sơ.")
    ] = False,
    json: Json = False,
) -> int:
    """Tạo ba bản chụp mẫu, chứng thực rồi kiểm tra lại từng bản."""
    from api.cli.context import has_cases, running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.demo import demo, skip  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    if if_empty and has_cases(settings):
        return skip(terminal)
    with running_services(settings, terminal, make_data=True) as services:
        return demo(services, settings.data / "demo", terminal=terminal)


@app.command(cls=VietnameseCommand, name="check")
def check_command(
    scans: Scans, *, page_size: PageSize = None, json: Json = False
) -> int:
    """Kiểm tra bản chụp; không lưu gì."""
    from api.cli.check import check  # noqa: PLC0415 - keeps --help quick
    from api.cli.paper_size import paper_size_mm  # noqa: PLC0415 - keeps --help quick
    from api.wiring import build_intake  # noqa: PLC0415 - keeps --help quick

    page_mm = paper_size_mm(page_size)
    with build_intake() as intake:
        return check(intake, scans, page_mm=page_mm, terminal=Terminal(as_json=json))


@app.command(cls=VietnameseCommand, name="copy")
def copy_command(  # noqa: PLR0913 - one parameter per option
    scans: Scans,
    *,
    requester: Annotated[
        str, typer.Option(metavar="HỌ_TÊN", help="Người yêu cầu chứng thực.")
    ],
    title: Annotated[
        str, typer.Option(metavar="TÊN", help="Tên giấy tờ, như ghi trong sổ.")
    ],
    out: Annotated[Path, typer.Option(metavar="TỆP", help="Ghi bản sao ra tệp này.")],
    issuer: Annotated[
        str, typer.Option(metavar="CƠ_QUAN", help="Nơi cấp giấy tờ.")
    ] = "",
    copies: Annotated[
        int, typer.Option(min=1, max=1000, metavar="SỐ", help="Số bản sao ghi sổ.")
    ] = 1,
    accept: Annotated[
        str | None,
        typer.Option(metavar="LÝ_DO", help="Lý do chấp nhận các cảnh báo."),
    ] = None,
    page_size: PageSize = None,
    declared_pages: DeclaredPages = None,
    pages: Annotated[
        str,
        typer.Option(
            metavar="TRANG",
            help="Chọn, sắp và xoay trang, ví dụ 2,1,4-6@90; trang không ghi là bỏ.",
        ),
    ] = "",
    dpi: Annotated[
        int | None,
        typer.Option(
            "--reduce-dpi", metavar="DPI", help="Giảm dung lượng về mức này, từ 200."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ghi đè tệp đã có.")] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Chứng thực một bản chụp (chỉ ở môi trường thử nghiệm)."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.copy import copy  # noqa: PLC0415 - keeps --help quick
    from api.cli.desk_work import Paper  # noqa: PLC0415 - keeps --help quick
    from api.cli.paper_size import paper_size_mm  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    paper = Paper(
        scans=tuple(scans),
        title=title,
        issuer=issuer,
        copies=copies,
        accept=accept,
        page_mm=paper_size_mm(page_size),
        declared_pages=declared_pages,
        pages=pages,
        dpi=dpi,
    )
    with running_services(settings, terminal, make_data=True) as services:
        return copy(
            services,
            paper,
            requester=requester,
            out=out,
            overwrite=force,
            terminal=terminal,
        )


@app.command(cls=VietnameseCommand, name="serve")
def serve_command(
    *,
    host: Annotated[
        str | None, typer.Option(metavar="ĐỊA_CHỈ", help="Địa chỉ lắng nghe.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, metavar="CỔNG", help="Cổng; 0 là cổng trống."),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Chạy máy chủ web và tiến trình hoàn tất hồ sơ dở dang."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.serve import bind, handing_over, serve  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = (
        load_settings(data=data, host=host, port=port),
        Terminal(as_json=json),
    )
    with (
        bind(settings) as listening,
        running_services(settings, terminal, make_data=True, public=True) as services,
        handing_over(services, settings) as shared,
    ):
        return serve(shared, settings, listening, terminal=terminal)


@app.command(cls=VietnameseCommand, name="reconcile")
def reconcile_command(*, data: Data = None, json: Json = False) -> int:
    """Hoàn tất các bản sao còn dở dang sau sự cố."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.reconcile import reconcile  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with running_services(settings, terminal) as services:
        return reconcile(services, terminal=terminal)


@app.command(cls=VietnameseCommand, name="status")
def status_command(*, data: Data = None, json: Json = False) -> int:
    """Xem dịch vụ ký có sẵn sàng, còn gì chờ và chứng thư số nào sắp hết hạn."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.status import status  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with running_services(settings, terminal) as services:
        return status(services, terminal=terminal)


@app.command(cls=VietnameseCommand, name="renew")
def renew_command(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ kê bản sao đến hạn, không làm gì.")
    ] = False,
    within: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=120,
            metavar="THÁNG",
            help="Gia hạn bản sao còn được bảo vệ ít hơn số tháng này "
            "[mặc định: CERTIFY_RENEW_WITHIN_MONTHS hoặc 12].",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Gia hạn lưu trữ các bản sao sắp hết hạn dấu thời gian."""
    from api.cli.context import running_services  # noqa: PLC0415 - keeps --help quick
    from api.cli.renew import renew  # noqa: PLC0415 - keeps --help quick
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick

    settings, terminal = load_settings(data=data), Terminal(as_json=json)
    with running_services(settings, terminal) as services:
        return renew(services, within=within, dry_run=dry_run, terminal=terminal)
