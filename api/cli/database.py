"""`certify database`: tables, privileges, keys; with the owner's account."""

from pathlib import Path

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.settings import Settings
from api.wiring import build_backup, open_database


def migrate(
    settings: Settings,
    service_role: str | None,
    *,
    backup: Path | None = None,
    terminal: Terminal,
) -> int:
    """Bring the tables up to date.

    Args:
        settings: name the database, with an account that may change its tables.
        service_role: the account of the service, to be given its rights; PostgreSQL.
        backup: make a point of a backup there first; the way back.
        terminal: where to speak.

    Raises:
        InvalidInput: no such account, or not PostgreSQL.
        CertifyError: the database is away or damaged, or the account may not do it.
    """
    if backup is not None:
        with build_backup(settings, backup.absolute()) as make:
            point = make().manifest.point
        terminal.note(f"Đã sao lưu trước khi thay đổi. Mã: {point}")
    database = open_database(DataFolder(settings.data), settings)
    try:
        if service_role is None:
            database.migrate()
        else:
            database.migrate_for(service_role)
        about = database.about()
    finally:
        database.close()
    terminal.result({"database": about, "service_role": service_role})
    terminal.say(f"Các bảng trong {about} đã đúng phiên bản của chương trình.")
    if service_role is not None:
        terminal.say(f"Đã cấp cho tài khoản {service_role} đúng các quyền dịch vụ cần.")
    return 0


def reseal(settings: Settings, *, terminal: Terminal) -> int:
    """Encrypt every personal field under the newest key.

    Raises:
        CertifyError: the database is away or damaged, or the account may not do it.
    """
    database = open_database(DataFolder(settings.data), settings)
    try:
        database.migrate()
        changed = database.reseal()
    finally:
        database.close()
    terminal.result({"rows": changed})
    terminal.say(f"Đã mã hóa lại {changed} dòng bằng khóa dịch vụ mới nhất.")
    return 0
