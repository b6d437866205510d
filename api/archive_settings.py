"""Settings of the archive: an encrypted folder, or a bucket of an S3 store."""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from api.loopback import is_loopback
from certify.errors import InvalidInput

_MEGABYTE = 1024 * 1024
_READABLE_BY_OTHERS = 0o007
_LONGEST_SECRET = 1024  # bytes


@dataclass(frozen=True)
class S3Keys:
    """What the service signs its requests to the store with."""

    access: str = field(repr=False)
    secret: str = field(repr=False)


class ArchiveSettings(BaseSettings):
    """Where finished copies are kept.

    Attributes:
        archive: an encrypted folder, or "s3", which needs endpoint, bucket and both
            keys.
        s3_endpoint: the store, https://host[:port]; http only on this machine.
        s3_bucket, s3_region: the bucket and its region, as the store calls them.
        s3_access_key, s3_secret_key: what requests are signed with; better in files.
        s3_access_key_file, s3_secret_key_file: the same, one line each, in files that
            not everybody on this machine may read.
        s3_ca_file: PEM of the CAs that may vouch for the store; None: the system's.
        s3_part_mb: larger copies are sent in parts of this size.
        s3_connect_seconds, s3_read_seconds: how long one request may take to connect,
            and to be answered.
        s3_tries: how often one request is sent at most.
        s3_total_seconds: how long one call may take with its retries, beside a second
            per megabyte.
    """

    archive: Literal["folder", "s3"] = "folder"
    s3_endpoint: str = ""
    s3_bucket: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")
    s3_region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]{1,64}$")
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None
    s3_access_key_file: Path | None = None
    s3_secret_key_file: Path | None = None
    s3_ca_file: Path | None = None
    s3_part_mb: int = Field(default=16, ge=5, le=1024)
    s3_connect_seconds: float = Field(default=5, gt=0, le=60)
    s3_read_seconds: float = Field(default=30, gt=0, le=600)
    s3_total_seconds: float = Field(default=60, gt=0, le=3600)
    s3_tries: int = Field(default=3, ge=1, le=10)

    @field_validator("s3_endpoint")
    @classmethod
    def _guarded(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if not value:
            return value
        try:
            url = urlsplit(value)
            host, _ = url.hostname or "", url.port  # raises for a port that is none
        except ValueError as error:
            raise ValueError("phải là địa chỉ dạng https://ten-mien:cong") from error
        extra = url.path or url.query or url.fragment or url.username
        if url.scheme not in {"http", "https"} or not host or extra:
            raise ValueError("phải là địa chỉ dạng https://ten-mien:cong")
        if url.scheme == "http" and not is_loopback(host):
            raise ValueError("phải bắt đầu bằng https:// khi kho ở máy khác")
        return value

    @field_validator("s3_access_key_file", "s3_secret_key_file", "s3_ca_file")
    @classmethod
    def _absolute_file(cls, value: Path | None) -> Path | None:
        return value and value.absolute()  # children and threads share no cwd

    @property
    def s3_part_bytes(self) -> int:
        """Size of a part in bytes."""
        return self.s3_part_mb * _MEGABYTE

    def check_s3(self) -> None:
        """Refuse an S3 archive whose store nobody named.

        Raises:
            InvalidInput: names the first setting that is missing or unusable.
        """
        for name in ("s3_endpoint", "s3_bucket"):
            if not getattr(self, name):
                raise _missing(name)
        if self.s3_ca_file is not None and not self.s3_ca_file.is_file():
            raise InvalidInput(field=_shown("s3_ca_file"), reason="không có tệp này")

    def s3_keys(self) -> S3Keys:
        """Read the credentials.

        Raises:
            InvalidInput: missing, given twice, unreadable, or readable by everybody.
        """
        return S3Keys(
            _secret("s3_access_key", self.s3_access_key, self.s3_access_key_file),
            _secret("s3_secret_key", self.s3_secret_key, self.s3_secret_key_file),
        )


def _secret(name: str, value: SecretStr | None, file: Path | None) -> str:
    if value is not None and file is not None:
        raise InvalidInput(
            field=_shown(name), reason=f"chỉ dùng một trong hai: {_shown(name)}_FILE"
        )
    text = _line_of(f"{name}_file", file) if file else ""
    if value is not None:
        text = value.get_secret_value().strip()
    if not text:
        raise _missing(f"{name}_file")
    return text


def _line_of(name: str, file: Path) -> str:
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(file.stat().st_mode)
            text = opened.read(_LONGEST_SECRET).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(field=_shown(name), reason="không đọc được tệp") from None
    if mode & _READABLE_BY_OTHERS:
        raise InvalidInput(
            field=_shown(name),
            reason="mọi người dùng trên máy đọc được, hãy đặt quyền 0600",
        )
    return text


def _missing(name: str) -> InvalidInput:
    return InvalidInput(field=_shown(name), reason="còn thiếu khi CERTIFY_ARCHIVE=s3")


def _shown(name: str) -> str:
    return f"CERTIFY_{name.upper()}"
