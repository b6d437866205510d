"""Where the books and copies of a world lie, and how to begin them anew.

Making an authority and reading its papers in takes seconds. So it is done once; an
epoch begins with a copy of the database as it was then, and with an empty archive.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from pydantic import SecretStr

from api.data_folder import DataFolder
from tests.chaos.faults import Setup
from tests.chaos.proxies import ArchiveProxy, DatabaseProxy, TellingProxy, start
from tests.chaos.servers import Misbehaviour
from tests.support.postgres import Server, programs_of, serving
from tests.support.real import need
from tests.support.s3_buckets import fresh_bucket
from tests.support.seaweed import S3Server, kill, start_seaweed

START_SECONDS = 900  # a campaign takes what time others leave


class Books(Protocol):
    """The database."""

    def first(self) -> dict[str, Any]:
        """Settings to make the authority and its papers with."""

    def keep(self) -> None:
        """Remember this state; nobody is connected."""

    def anew(self) -> dict[str, Any]:
        """Begin again from what was kept; what changes in the settings."""

    def connect(self) -> Any:
        """Open a connection (DB-API 2.0) past everything under test."""


class FileBooks:
    """SQLite in the data folder."""

    def __init__(self, folder: DataFolder) -> None:
        self._file = folder.database
        self._kept = folder.path.with_name("kept.db")

    def first(self) -> dict[str, Any]:
        return {}

    def keep(self) -> None:
        with (
            closing(sqlite3.connect(self._file)) as source,
            closing(sqlite3.connect(self._kept)) as copy,
        ):
            source.backup(copy)

    def anew(self) -> dict[str, Any]:
        for suffix in ("-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)
        return {}

    def connect(self) -> Any:
        return sqlite3.connect(self._file, isolation_level=None)


class ServerBooks:
    """PostgreSQL, reached through a proxy."""

    _KEPT = "kept"

    def __init__(self, server: Server, port: int) -> None:
        self._server = server
        self._port = port
        self._numbers = count(1)
        self._name = self._KEPT
        server.execute("CREATE DATABASE {}", self._KEPT)

    def first(self) -> dict[str, Any]:
        return {
            "database_url": SecretStr(self._through_proxy()),
            "database_connect_timeout_seconds": 60,  # of a busy machine
        }

    def keep(self) -> None:
        """The database is a template from now on."""

    def anew(self) -> dict[str, Any]:
        last, self._name = self._name, f"epoch_{next(self._numbers)}"
        self._server.execute("CREATE DATABASE {} TEMPLATE {}", self._name, self._KEPT)
        if last != self._KEPT:
            self._server.execute("DROP DATABASE {} WITH (FORCE)", last)
        return {"database_url": SecretStr(self._through_proxy())}

    def connect(self) -> Any:
        return psycopg.connect(self._server.url(self._name), autocommit=True)

    def _through_proxy(self) -> str:
        parts = urlsplit(self._server.url(self._name))
        netloc = parts.netloc.replace(f":{self._server.port}", f":{self._port}")
        return urlunsplit(parts._replace(netloc=netloc))


class Shelves(Protocol):
    """The archive."""

    def anew(self) -> dict[str, Any]:
        """Begin empty; what changes in the settings."""


class FolderShelves:
    """The encrypted folder."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder.archive

    def anew(self) -> dict[str, Any]:
        shutil.rmtree(self._folder, ignore_errors=True)
        return {}


class StoreShelves:
    """Buckets of an S3 store, reached through a proxy."""

    def __init__(self, server: S3Server, port: int) -> None:
        self._server = server
        self._port = port

    def anew(self) -> dict[str, Any]:
        who = self._server.service
        return {
            "archive": "s3",
            "s3_endpoint": f"http://127.0.0.1:{self._port}",
            "s3_bucket": fresh_bucket(self._server).name,
            "s3_access_key": SecretStr(who.access),
            "s3_secret_key": SecretStr(who.secret),
            "s3_read_seconds": 60,  # of a busy machine: no fault of ours is silent
            "s3_tries": 2,
        }


@contextmanager
def open_stores(
    setup: Setup, folder: DataFolder, misbehaviour: Misbehaviour
) -> Iterator[tuple[Books, Shelves]]:
    """Start the servers that a setup names, each behind its proxy."""
    books: Books = FileBooks(folder)
    shelves: Shelves = FolderShelves(folder)
    proxies: list[TellingProxy] = []
    with ExitStack() as stack:
        if setup.database != "sqlite":
            server = stack.enter_context(serving(programs_of(setup.database)))
            proxies.append(DatabaseProxy(("127.0.0.1", server.port), misbehaviour))
            books = ServerBooks(server, proxies[-1].port)
        if setup.archive == "s3":
            store = stack.enter_context(_seaweed())
            host, _, port = store.endpoint.partition(":")
            proxies.append(ArchiveProxy((host, int(port)), misbehaviour))
            shelves = StoreShelves(store, proxies[-1].port)
        process = start(*proxies)
        try:
            yield books, shelves
        finally:
            process.kill()
            process.join()


@contextmanager
def _seaweed() -> Iterator[S3Server]:
    with TemporaryDirectory(prefix="chaos-s3-") as folder:
        server, process = start_seaweed(need("weed"), Path(folder), START_SECONDS)
        try:
            yield server
        finally:
            kill(process)
