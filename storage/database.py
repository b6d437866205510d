"""The database: connections, transactions, and what its failures mean.

What differs between SQLite and PostgreSQL lies in `storage.sqlite` and
`storage.postgresql`; everybody else sees only `Database`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql import column, table

from certify.errors import CertifyError, InvalidInput, ServiceUnavailable
from storage.backend import SERVICE, Backend, ServerLimits
from storage.migrations import HEAD, is_known, upgrade
from storage.personal import FieldKeys, use_keys
from storage.privileges import grant_to
from storage.resealing import opens_newest, reseal
from storage.sqlite import SqliteBackend

_NEWER = (
    "do phiên bản chương trình mới hơn tạo; hãy chạy phiên bản đó, hoặc khôi phục bản "
    "sao lưu lập trước khi nâng cấp (certify restore)"
)
_OLDER = (
    "thuộc phiên bản cũ hơn của chương trình; hãy sao lưu (certify backup) rồi chạy: "
    "certify database migrate"
)

_OTHER_KEY = (
    "không phải khóa đã mã hóa cơ sở dữ liệu này, vốn đã thuộc một thư mục dữ liệu "
    "khác; hãy chép service.key đang dùng từ máy khác của dịch vụ, khôi phục từ bản "
    "sao lưu, hoặc dùng một cơ sở dữ liệu trống"
)


class Database:
    """One database, used by any number of threads and processes."""

    def __init__(
        self,
        url: str,
        *,
        password: str = "",
        fields: FieldKeys | None = None,
        busy_timeout_seconds: float = 10.0,
        limits: ServerLimits | None = None,
    ) -> None:
        """Connect on first use.

        Args:
            url: SQLAlchemy address, e.g. "sqlite:////var/lib/certify/register.db" or
                "postgresql://certify@db.internal/certify".
            password: takes the place of the one in the address.
            fields: keys of personal fields; without them none is read or written.
            busy_timeout_seconds: how long to wait for another writer.
            limits: of a database server.
        """
        address = make_url(url)
        if password:
            address = address.set(password=password)
        self._backend = _backend(
            address, busy_timeout_seconds, limits or ServerLimits()
        )
        self._fields = fields
        use_keys(self._backend.reader.dialect, fields)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write: committed on exit, else rolled back.

        On SQLite nobody else writes meanwhile. On PostgreSQL others do: what a
        decision rests on is read under a row lock.

        Raises:
            ServiceUnavailable: locked too long, unreachable, disk full, read-only;
                on PostgreSQL also a deadlock: nothing was written, a retry helps.
            StoredDataDamaged: the file is not a readable database.
            NotAllowed: our role in the database may not do this.
        """
        with self._translated(), self._backend.writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot to read from; never waits for writers.

        Raises:
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        with self._translated(), self._backend.reader.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Create or update the tables. Safe to call at every start, by everybody.

        The whole upgrade is one transaction under a lock, so that of two processes
        starting together the second finds the work done, and one that dies halfway
        leaves nothing behind.

        Raises:
            InvalidInput: a newer program made the tables, or they are sealed under
                another service key.
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        with self._translated():
            self._backend.prepare()
        before = self._checked_revision()
        if before != HEAD:
            with self.writing() as connection:
                self._backend.lock_schema(connection)
                upgrade(connection)
            if before is not None:
                self._backend.compact()
        self._check_keys()

    def reseal(self) -> int:
        """Encrypt personal fields under the newest key; safe to repeat.

        Run by the owner of the tables: rows that never change get the same values
        under another key.

        Returns:
            How many rows were written anew.

        Raises:
            StoredDataDamaged: a field does not open with any key; nothing was changed.
            ServiceUnavailable, NotAllowed: as for `writing`.
        """
        with self.writing() as connection:
            self._backend.lock_schema(connection)
            changed = reseal(connection)
        with self._translated():
            self._backend.compact()
        return changed

    def require_current(self) -> None:
        """Refuse tables of another program or service key, and change nothing.

        Raises:
            InvalidInput: says what to do.
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        if self._checked_revision() != HEAD:
            raise InvalidInput(field=SERVICE, reason=_OLDER)
        self._check_keys()

    def _check_keys(self) -> None:
        if self._fields is None:
            return
        with self.reading() as connection:
            ours = opens_newest(connection, self._fields)
        if not ours:
            raise InvalidInput(field="service.key", reason=_OTHER_KEY)

    def _checked_revision(self) -> str | None:
        revision = self.revision()
        if revision is not None and not is_known(revision):
            raise InvalidInput(field=SERVICE, reason=_NEWER)
        return revision

    def migrate_for(self, service_role: str) -> None:
        """Migrate as the owner of the tables; give the service's own role its rights.

        Raises:
            InvalidInput: no such role, or not PostgreSQL.
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        self.migrate()
        with self.writing() as connection:
            grant_to(connection, service_role)

    def about(self) -> str:
        """Name the database and its version, e.g. "PostgreSQL 18.6".

        Raises:
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        with self.reading() as connection:
            return self._backend.version(connection)

    def revision(self) -> str | None:
        """Return the version of the tables; None where there are none.

        Raises:
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        with self.reading() as connection:
            return _revision(connection)

    def is_current(self) -> bool:
        """Tell whether the tables are those of this program. Raises as `writing`."""
        return self.revision() == HEAD

    def can_write(self) -> bool:
        """Tell whether this database takes writes. Raises as `writing` does."""
        with self._translated():
            return self._backend.can_write()

    def is_empty(self) -> bool:
        """Tell whether nothing was ever stored here. Raises as `writing` does."""
        with self._translated():
            return self._backend.is_empty()

    def dump(self, target: Path) -> None:
        """Write one consistent snapshot to a new file, while others go on writing.

        Raises:
            StoredDataDamaged: the database is not whole.
            InvalidInput: the program that does it is missing or too old.
            ServiceUnavailable: database away, or no room for the file.
        """
        self._backend.dump(target)

    def load(self, source: Path) -> None:
        """Fill this empty database with a snapshot, all of it or nothing.

        Raises:
            InvalidInput, ServiceUnavailable: as for `dump`.
        """
        self._backend.load(source)

    def server_time(self) -> datetime | None:
        """Tell what the server's clock shows; None where it is this machine's.

        Raises:
            ServiceUnavailable, StoredDataDamaged, NotAllowed: as for `writing`.
        """
        with self.reading() as connection:
            return self._backend.server_time(connection)

    def close(self) -> None:
        """Close all pooled connections; the next use opens new ones."""
        self._backend.reader.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError as error:
            raise ServiceUnavailable(service=SERVICE) from error
        except DBAPIError as error:
            if (meaning := self._backend.meaning(error)) is None:
                raise
            raise meaning from error
        except StatementError as error:
            # What a column type says of a value to be written, SQLAlchemy wraps.
            if isinstance(error.orig, CertifyError):
                raise error.orig from error
            raise


def _backend(url: URL, busy_timeout_seconds: float, limits: ServerLimits) -> Backend:
    match url.get_backend_name():
        case "sqlite":
            return SqliteBackend(url, busy_timeout_seconds=busy_timeout_seconds)
        case "postgresql":
            # 60 ms of import that an embedded database does not need
            from storage.postgresql import PostgresBackend  # noqa: PLC0415

            return PostgresBackend(
                url, lock_timeout_seconds=busy_timeout_seconds, limits=limits
            )
        case other:
            raise ValueError(f"no such kind of database: {other}")


def _revision(connection: Connection) -> str | None:
    """Read the schema's version without paying for the import of Alembic."""
    versions = table("alembic_version", column("version_num"))
    if not inspect(connection).has_table(versions.name):
        return None
    return connection.scalar(select(versions.c.version_num))
