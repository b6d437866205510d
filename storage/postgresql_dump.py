"""pg_dump and pg_restore, the programs that PostgreSQL itself gives for this."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import URL

from certify.errors import InvalidInput, NotAllowed, ServiceUnavailable
from storage.backend import SERVICE

_OTHER_VERSION = "server version mismatch"
_NO_RIGHT = "permission denied"


def dump(url: URL, target: Path) -> None:
    """Write one snapshot of the whole database in the custom format.

    `--serializable-deferrable` waits for a snapshot that no serialization could have
    forbidden; our writers are READ COMMITTED, so it waits for nobody.

    Raises:
        InvalidInput: no such program, or one older than the server.
        NotAllowed: the account may not read everything.
        ServiceUnavailable: the server is away or refuses; or the disk is full.
    """
    _run(
        "pg_dump",
        *("--format=custom", "--no-owner", "--no-privileges"),
        *("--serializable-deferrable", f"--file={target}", f"--dbname={_address(url)}"),
        password=url.password,
    )


def load(url: URL, source: Path) -> None:
    """Fill an empty database in one transaction: all of it or nothing.

    Raises:
        InvalidInput: no such program, or one older than the dump.
        NotAllowed: the account may not make tables.
        ServiceUnavailable: the server is away or refuses.
    """
    _run(
        "pg_restore",
        *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
        *(f"--dbname={_address(url)}", str(source)),
        password=url.password,
    )


def is_empty(connection: Connection) -> bool:
    """Tell whether the schema has no table."""
    return not inspect(connection).get_table_names()


def _address(url: URL) -> str:
    """Return the address without its password: everybody can read a command line."""
    plain = url.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _run(program: str, *arguments: str, password: object) -> None:
    path = shutil.which(program)
    if path is None:
        raise InvalidInput(
            field=program, reason="chưa được cài; trên Debian: gói postgresql-client"
        )
    secret = {"PGPASSWORD": str(password)} if password else {}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, our own arguments
        [path, *arguments],
        env={**os.environ, **secret, "LC_ALL": "C"},  # noqa: TID251 - libpq's variables
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return
    if _OTHER_VERSION in done.stderr:
        raise InvalidInput(field=program, reason="cũ hơn phiên bản của máy chủ")
    if _NO_RIGHT in done.stderr:
        raise NotAllowed(
            reason="tài khoản cơ sở dữ liệu thiếu quyền; hãy dùng tài khoản chủ sở hữu "
            "các bảng"
        )
    raise ServiceUnavailable(service=SERVICE)
