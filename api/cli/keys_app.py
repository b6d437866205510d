"""Declares `certify keys …`; the commands run in `api.cli.keys_*`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Data, Json
from api.cli.terminal import Terminal
from api.cli.vietnamese import VietnameseCommand, VietnameseGroup

if TYPE_CHECKING:
    from api.signing_keys.room import KeyRoom

keys = typer.Typer(
    cls=VietnameseGroup,
    help="Khóa ký số: tạo, kích hoạt, đóng băng, thay.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)

KeyId = Annotated[str, typer.Argument(metavar="KHÓA", help="Mã của khóa.")]
Role = Annotated[
    str, typer.Option(metavar="VAI_TRÒ", help="signatory (người ký) hoặc seal (dấu).")
]
Person = Annotated[
    str | None,
    typer.Option(metavar="MÃ", help="Mã người ký [mặc định: người ký của cơ quan]."),
]
Kind = Annotated[
    str, typer.Option("--backend", metavar="LOẠI", help="file, pkcs11 hoặc csc.")
]
Parameters = Annotated[
    list[str],
    typer.Option(
        "--set", metavar="TÊN=GIÁ_TRỊ", help="Nơi có khóa, ví dụ path=/etc/…/dau.pem."
    ),
]
Secrets = Annotated[
    list[str],
    typer.Option(
        "--secret",
        metavar="NƠI_CẤT",
        help="Nơi cất mật khẩu, mã PIN: file:/đường/dẫn hoặc env:TÊN.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=0, metavar="SỐ", help="Số lần được ký nhiều nhất."),
]
Reason = Annotated[
    str, typer.Option(metavar="LÝ_DO", help="Ghi vào nhật ký, không công khai.")
]
NoReason = Annotated[
    str, typer.Option("--reason", metavar="LÝ_DO", help="Ghi vào nhật ký.")
]
Out = Annotated[Path, typer.Option(metavar="TỆP", help="Ghi ra tệp này.")]


@contextmanager
def _room(data: Path | None) -> Iterator["KeyRoom"]:
    from api.settings import load_settings  # noqa: PLC0415 - keeps --help quick
    from api.wiring import open_key_room  # noqa: PLC0415 - keeps --help quick

    with open_key_room(load_settings(data=data)) as room:
        yield room


@keys.command(cls=VietnameseCommand, name="list")
def list_command(*, data: Data = None, json: Json = False) -> int:
    """Liệt kê khóa: vai trò, người giữ, trạng thái, hạn chứng thư, lượt dùng."""
    from api.cli.keys_show import list_keys  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return list_keys(room, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="test")
def try_command(key_id: KeyId, *, data: Data = None, json: Json = False) -> int:
    """Ký thử giá trị băm ngẫu nhiên rồi kiểm tra; cho biết thời gian ký."""
    from api.cli.keys_show import try_signing  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return try_signing(room, key_id, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="generate")
def generate_command(  # noqa: PLR0913 - one parameter per option
    key_id: KeyId,
    *,
    role: Role,
    secret: Secrets,
    parameter: Parameters,
    kind: Kind = "file",
    algorithm: Annotated[
        str,
        typer.Option(
            metavar="THUẬT_TOÁN", help="rsa-2048, rsa-3072, rsa-4096, p-256 hoặc p-384."
        ),
    ] = "rsa-3072",
    person: Person = None,
    limit: Limit = None,
    reason: NoReason = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Tạo khóa mới: tệp mã hóa, hoặc ngay trong thiết bị bảo mật."""
    from api.cli.keys_make import TypedKey, generate  # noqa: PLC0415 - keeps --help quick

    typed = TypedKey(key_id, role, person, kind, parameter, secret, limit)
    with _room(data) as room:
        return generate(room, typed, algorithm, reason, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="add")
def add_command(  # noqa: PLR0913 - one parameter per option
    key_id: KeyId,
    *,
    role: Role,
    kind: Kind,
    secret: Secrets,
    parameter: Parameters,
    person: Person = None,
    limit: Limit = None,
    reason: NoReason = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Ghi vào sổ một khóa đã có sẵn chứng thư số (PKCS#12, thiết bị, ký từ xa)."""
    from api.cli.keys_make import TypedKey, add  # noqa: PLC0415 - keeps --help quick

    typed = TypedKey(key_id, role, person, kind, parameter, secret, limit)
    with _room(data) as room:
        return add(room, typed, reason, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="csr")
def csr_command(
    key_id: KeyId,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="TỆP", help="Ghi ra tệp này.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Lập yêu cầu cấp chứng thư số (PKCS#10), do chính khóa ký."""
    from api.cli.keys_make import csr  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return csr(room, key_id, out, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="import")
def import_command(
    key_id: KeyId,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="TỆP...", help="Chứng thư số và các nơi cấp, PEM."),
    ],
    *,
    data: Data = None,
    json: Json = False,
) -> int:
    """Nhập chứng thư số do nơi cấp trả về."""
    from api.cli.keys_make import import_certificate  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return import_certificate(room, key_id, files, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="certificate")
def certificate_command(
    key_id: KeyId, *, out: Out, data: Data = None, json: Json = False
) -> int:
    """Ghi chứng thư số của khóa ra tệp, để đưa vào danh bạ."""
    from api.cli.keys_make import export_certificate  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return export_certificate(room, key_id, out, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="activate")
def activate_command(
    key_id: KeyId,
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="NGÀY", help="Từ ngày [mặc định: ngay]."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="NGÀY", help="Hết ngày, 2026-12-31.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Cho khóa ký từ ngày đến ngày, sau khi ký thử đúng."""
    from api.cli.keys_life import activate  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return activate(room, key_id, start, end, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="retire")
def retire_command(
    key_id: KeyId,
    *,
    reason: Reason,
    force: Annotated[
        bool, typer.Option("--force", help="Cả khi không còn khóa nào khác.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> int:
    """Thôi dùng khóa, không trở lại được."""
    from api.cli.keys_life import retire  # noqa: PLC0415 - keeps --help quick

    terminal = Terminal(as_json=json)
    with _room(data) as room:
        return retire(room, key_id, reason, force=force, terminal=terminal)


@keys.command(cls=VietnameseCommand, name="freeze")
def freeze_command(
    key_id: KeyId, *, reason: Reason, data: Data = None, json: Json = False
) -> int:
    """Đóng băng khóa ngay lập tức, ở mọi tiến trình đang chạy."""
    from api.cli.keys_life import freeze  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return freeze(room, key_id, reason, on=True, terminal=Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="unfreeze")
def unfreeze_command(
    key_id: KeyId, *, reason: Reason, data: Data = None, json: Json = False
) -> int:
    """Bỏ đóng băng."""
    from api.cli.keys_life import freeze  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return freeze(room, key_id, reason, on=False, terminal=Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="limit")
def limit_command(
    key_id: KeyId,
    *,
    uses: Annotated[
        int | None,
        typer.Option(min=0, metavar="SỐ", help="Số lần; không ghi là bỏ giới hạn."),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Đặt hoặc bỏ giới hạn số lần ký."""
    from api.cli.keys_life import limit  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return limit(room, key_id, uses, Terminal(as_json=json))


@keys.command(cls=VietnameseCommand, name="ceremony")
def ceremony_command(
    key_id: KeyId,
    *,
    out: Out,
    csr: Annotated[
        Path | None,
        typer.Option(metavar="TỆP", help="Tệp yêu cầu, để in mã băm của nó."),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """In biên bản tạo khóa (A4) để những người có mặt ký."""
    from api.cli.keys_ceremony import ceremony  # noqa: PLC0415 - keeps --help quick

    with _room(data) as room:
        return ceremony(room, key_id, csr, out, Terminal(as_json=json))
