"""`certify database`: tables, privileges, keys; with the owner's account."""

from api.cli.terminal import Terminal
from api.data_folder import DataFolder
from api.settings import Settings
from api.wiring import open_database


def migrate(settings: Settings, service_role: str | None, *, terminal: Terminal) -> int:
    """Bring the tables up to date.

    Args:
        settings: name the database, with an account that may change its tables.
        service_role: the account of the service, to be given its rights; PostgreSQL.
        terminal: where to speak.

    Raises:
        InvalidInput: no such account, or not PostgreSQL.
        CertifyError: the database is away or damaged, or the account may not do it.
    """
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
    terminal.result({"rows": changed, "field_key": settings.field_key})
    terminal.say(f"Đã mã hóa lại {changed} dòng bằng khóa thứ {settings.field_key}.")
    return 0
