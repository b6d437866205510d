"""Settings of the database; `api.settings` reads them with all others."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from api.loopback import is_loopback
from certify.errors import InvalidInput

FIELD = "CERTIFY_DATABASE_PASSWORD_FILE"
_OTHERS = 0o007


class DatabaseSettings(BaseSettings):
    """Where the register lies, and how patient we are with it.

    Attributes:
        database_url: "postgresql://role@host/name?sslmode=verify-full"; None keeps
            an SQLite file in the data folder. May hold a password: never shown.
        database_password_file: holds the password alone, as systemd credentials and
            container secrets do. With neither, libpq's PGPASSFILE counts.
        database_lock_timeout_seconds: how long to wait for another writer.
        database_pool_size: connections that one process keeps open.
        database_max_overflow: further connections it may open for a while.
        database_pool_timeout_seconds: how long a thread waits for a connection.
        database_recycle_seconds: age at which a connection is replaced.
        database_connect_timeout_seconds: how long the server may take to answer.
        database_statement_timeout_seconds: longest statement.
        database_idle_transaction_seconds: how long a transaction may lie idle.
    """

    database_url: SecretStr | None = None
    database_password_file: Path | None = None
    database_lock_timeout_seconds: float = Field(default=10, ge=0.1, le=300)
    database_pool_size: int = Field(default=5, ge=1, le=100)
    database_max_overflow: int = Field(default=10, ge=0, le=100)
    database_pool_timeout_seconds: int = Field(default=10, ge=1, le=300)
    database_recycle_seconds: int = Field(default=1800, ge=10, le=86400)
    database_connect_timeout_seconds: int = Field(default=5, ge=2, le=60)
    database_statement_timeout_seconds: int = Field(default=30, ge=1, le=3600)
    database_idle_transaction_seconds: int = Field(default=60, ge=1, le=3600)

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value())
            usable = parts.scheme == "postgresql" and bool(parts.path.strip("/"))
            _ = parts.port  # raises for a port that is none
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(
                "phải có dạng postgresql://tai-khoan@may-chu/ten-co-so-du-lieu"
            )
        return value

    @field_validator("database_password_file")
    @classmethod
    def _absolute_file(cls, value: Path | None) -> Path | None:
        return value and value.absolute()

    @property
    def database_password(self) -> str:
        """What the password file holds; empty without one.

        Raises:
            InvalidInput: it cannot be read, everybody can, or nothing is in it.
        """
        if self.database_password_file is None:
            return ""
        try:
            text = self.database_password_file.read_text(encoding="utf-8").strip()
            mode = stat.S_IMODE(self.database_password_file.stat().st_mode)
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(field=FIELD, reason="không đọc được tệp này") from error
        if mode & _OTHERS:
            raise InvalidInput(
                field=FIELD, reason="mọi người dùng đọc được, hãy đặt quyền 0600"
            )
        if not text:  # the server's refusal would be told as an outage
            raise InvalidInput(field=FIELD, reason="tệp rỗng, phải có một dòng")
        return text

    @property
    def database_in_the_clear(self) -> bool:
        """True when the way to the database server may be listened to or taken over.

        sslmode=require encrypts for whoever answers; only verify-full asks who it is
        (PostgreSQL, "Protection Provided in Different Modes").
        """
        if self.database_url is None:
            return False
        parts = urlsplit(self.database_url.get_secret_value())
        query = parse_qs(parts.query)
        hosts = [parts.hostname or "", *query.get("host", [])]
        here = all(not h or h.startswith("/") or is_loopback(h) for h in hosts)
        return not here and query.get("sslmode", [""])[-1] != "verify-full"
