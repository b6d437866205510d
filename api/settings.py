"""Settings: the only place that reads the environment (`CERTIFY_*`).

Command line options win over the environment, the environment over what
`certify init` wrote into the data folder (`api.data_folder`), that over the defaults.
Bad values and unsafe combinations become one Vietnamese sentence and exit 2.
"""

import ipaddress
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from api.archive_settings import ArchiveSettings
from api.backup_settings import BackupSettings
from api.database_settings import DatabaseSettings
from api.loopback import is_loopback
from api.observe_settings import ObserveSettings
from api.retention_settings import RetentionSettings
from api.trust_services import Network, TsaChoice, tsas_in_order
from certify.errors import InvalidInput
from certify.heartbeat import DEFAULT_LEASE
from certify.intake.limits import UPLOAD_BYTES
from certify.numbering import (
    DEFAULT_BOOK_KIND,
    DEFAULT_NUMBER_TEMPLATE,
    RegisterNumber,
)
from certify.renew_due import DEFAULT_WITHIN_MONTHS

PREFIX = "CERTIFY_"
_MEGABYTE = 1024 * 1024
_MOST_MB = UPLOAD_BYTES // _MEGABYTE  # what intake opens: the desk must not take more
MAX_BASE_URL = 100  # a longer one makes the QR too dense for a foot band of 18 mm
MAX_BOOK_KIND = 32  # width of the column


class Settings(
    ArchiveSettings,
    BackupSettings,
    DatabaseSettings,
    ObserveSettings,
    RetentionSettings,
):
    """What the operator decides about the service as a whole.

    Attributes:
        env: "production" refuses everything made for development.
        data: the folder that holds all state of the embedded set-up.
        base_url: what QR codes start with; None takes the one of `certify init`.
        host, port: address of this machine and port where the web server listens.
        trusted_proxies: addresses or networks, with commas, whose X-Forwarded-For is
            believed; nobody's by default, as any client can send that header.
        keys: "registry" refuses the development keys, which "development" allows.
        external_certificate: PEM file (leaf first) of the signatory's USB token. With
            it the signatory signs at `/desk/sign`; see `keys.external`.
        external_seconds: how long the signatory may take for one signature.
        tsa_urls, tsa_file: time stamping authorities in order, their addresses or a
            JSON file that says more (docs/trust.md). With neither, the development one.
        fetch_hosts: further hosts that OCSP answers and CRLs are fetched from, beside
            those that the trust folder names.
        fetch_networks: networks such hosts may lie in that are not public.
        max_upload_mb: larger uploads are refused before they are opened.
        portal_limit_mb, mail_limit_mb: what portals and mail take of one file; only
            shown. Defaults of 2026-11-23, unconfirmed (mail: 25 MB less its coding).
        number_template: how a register number is printed; may name {number}, {volume},
            {year} and {kind}. Default of 2026-11-22, unconfirmed.
        book_kind: kind of the book, which is {kind}. Default of 2026-11-22,
            unconfirmed.
        ocsp_max_age_hours: how old a status answer without nextUpdate may be.
        confirmation_hours: how long a confirmed statement may wait.
        lease_seconds: how long a worker may be silent; what a killed one held waits
            that long. A living one renews it, however slow a timestamp is.
        retention_days: object lock of the archive; 10 years, unconfirmed 2026-11-22.
        serve_worker: `certify serve` runs one worker process beside itself. Off where
            `certify worker` runs for itself, on this machine or others.
        sweep_seconds: pause between two sweeps of what waits.
        renew_within_months: how long before the end of its archive timestamp an
            edition is due for renewal; dated default 2026-11-23, unconfirmed.
        renew_batch: editions that one round of a worker renews at most.
        sunsets_file: until when algorithms count; None takes `certify/sunsets.json`.
        debug: show tracebacks of our own faults on standard error.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    env: Literal["development", "production"] = "development"
    data: Path = Path("data")
    base_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    trusted_proxies: str = ""
    keys: Literal["development", "registry"] = "development"
    external_certificate: Path | None = None
    external_seconds: int = Field(default=180, ge=5, le=240)
    tsa_urls: str = ""
    tsa_file: Path | None = None
    fetch_hosts: str = ""
    fetch_networks: str = ""
    max_upload_mb: int = Field(default=_MOST_MB, ge=1, le=_MOST_MB)
    portal_limit_mb: int = Field(default=10, ge=1, le=1000)
    mail_limit_mb: int = Field(default=18, ge=1, le=1000)
    ocsp_max_age_hours: int = Field(default=24, ge=1, le=24 * 7)
    confirmation_hours: int = Field(default=8, ge=1, le=72)
    number_template: str = DEFAULT_NUMBER_TEMPLATE
    book_kind: str = DEFAULT_BOOK_KIND
    lease_seconds: int = Field(
        default=int(DEFAULT_LEASE.total_seconds()), ge=5, le=7200
    )
    retention_days: int = Field(default=3653, ge=1, le=40000)
    serve_worker: bool = True
    sweep_seconds: int = Field(default=30, ge=1, le=3600)
    renew_within_months: int = Field(default=DEFAULT_WITHIN_MONTHS, ge=1, le=120)
    renew_batch: int = Field(default=5, ge=0, le=1000)
    sunsets_file: Path | None = None
    debug: bool = False

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        return None if value is None else _checked_url(value)

    @field_validator("tsa_urls")
    @classmethod
    def _web_addresses(cls, value: str) -> str:
        for text in _split(value):
            if not _is_web_address(text):
                raise ValueError("phải là địa chỉ web dạng https://ten-mien/duong-dan")
        return value

    @field_validator("data", "tsa_file", "sunsets_file", "external_certificate")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.absolute()  # children and threads share no cwd

    @field_validator("host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        # The desk asks nobody who they are yet, so nobody else may reach it.
        if not is_loopback(value):
            raise ValueError(
                "chỉ được là địa chỉ của chính máy này (127.0.0.1) vì bàn làm việc "
                "chưa có đăng nhập"
            )
        return value

    @field_validator("trusted_proxies", "fetch_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for text in _split(value):
            try:
                ipaddress.ip_network(text)
            except ValueError as error:
                raise ValueError(
                    "phải là các địa chỉ hoặc dải mạng, cách nhau bằng dấu phẩy"
                ) from error
        return value

    @field_validator("number_template")
    @classmethod
    def _template(cls, value: str) -> str:
        try:
            shown = RegisterNumber("a", "k", 2026, 1, 7).show(value)
        except (LookupError, ValueError, AttributeError) as error:
            raise ValueError(
                "chỉ được dùng {number}, {volume}, {year} và {kind}"
            ) from error
        if "7" not in shown:
            raise ValueError("phải có {number}")
        return value

    @field_validator("book_kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        if not value.strip() or len(value) > MAX_BOOK_KIND or not value.isprintable():
            raise ValueError(f"phải có từ 1 đến {MAX_BOOK_KIND} ký tự in được")
        return value.strip()

    @property
    def max_upload_bytes(self) -> int:
        """Upload limit in bytes."""
        return self.max_upload_mb * _MEGABYTE

    @property
    def portal_limit_bytes(self) -> int:
        """Largest file the portals take, in bytes."""
        return self.portal_limit_mb * _MEGABYTE

    @property
    def mail_limit_bytes(self) -> int:
        """Largest file that can be mailed, in bytes."""
        return self.mail_limit_mb * _MEGABYTE

    @property
    def proxies(self) -> tuple[str, ...]:
        """Whose forwarding headers are believed."""
        return tuple(_split(self.trusted_proxies))

    @property
    def tsas(self) -> tuple[TsaChoice, ...]:
        """TSAs in order; none means the development one.

        Raises:
            InvalidInput: the file cannot be read, or an address is none.
        """
        return tsas_in_order(list(_split(self.tsa_urls)), self.tsa_file)

    @property
    def extra_hosts(self) -> frozenset[str]:
        """Hosts of OCSP and CRL addresses that may be asked."""
        return frozenset(host.lower() for host in _split(self.fetch_hosts))

    @property
    def inside_networks(self) -> tuple[Network, ...]:
        """Networks that are not public and may be asked."""
        return tuple(ipaddress.ip_network(n) for n in _split(self.fetch_networks))

    @property
    def ocsp_max_age(self) -> timedelta:
        """How old a status answer without nextUpdate may be."""
        return timedelta(hours=self.ocsp_max_age_hours)

    @property
    def retention(self) -> timedelta:
        """How long a released file is locked in the archive."""
        return timedelta(days=self.retention_days)

    @property
    def lease(self) -> timedelta:
        """How long a worker may be silent before another one takes over."""
        return timedelta(seconds=self.lease_seconds)

    def refuse_unsafe(self) -> Self:
        """Refuse what must never sign in production.

        Raises:
            InvalidInput: names every unsafe combination at once.
        """
        if self.env == "production" and (problems := list(self._unsafe())):
            raise InvalidInput(
                field="Cài đặt chưa an toàn để chạy chính thức",
                reason="; ".join(problems),
            )
        return self

    def _unsafe(self) -> list[str]:
        problems = []
        if self.keys == "development":
            problems.append(
                "CERTIFY_KEYS=development là khóa THỬ NGHIỆM, không được dùng để ký "
                "thật; hãy đặt CERTIFY_KEYS=registry"
            )
        if self.base_url is None:
            problems.append("thiếu CERTIFY_BASE_URL (địa chỉ tra cứu in trong mã QR)")
        elif not self.base_url.startswith("https://"):
            problems.append("CERTIFY_BASE_URL phải bắt đầu bằng https://")
        elif is_loopback(urlsplit(self.base_url).hostname or ""):
            problems.append("CERTIFY_BASE_URL không được trỏ về chính máy này")
        if self.database_in_the_clear:
            problems.append(
                "CERTIFY_DATABASE_URL tới máy khác phải có sslmode=verify-full"
            )
        return problems


def load_settings(*, signs: bool = True, **overrides: object) -> Settings:
    """Read the settings; `overrides` are command line options, None means not given.

    Args:
        signs: False for offline work such as verification, which uses no key and
            so cannot be unsafe in that way.
        overrides: by field name.

    Raises:
        InvalidInput: a bad value, an unknown `CERTIFY_*` name, an unsafe combination.
    """
    given: dict[str, Any] = {k: v for k, v in overrides.items() if v is not None}
    _refuse_unknown_names()
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        shown = (
            f"--{name.replace('_', '-')}" if name in given else PREFIX + name.upper()
        )
        raise InvalidInput(field=shown, reason=_reason(dict(first))) from None
    return settings.refuse_unsafe() if signs else settings


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _refuse_unknown_names() -> None:
    """A misspelt limit must not be ignored in silence."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(os.environ):  # noqa: TID251 - this is the one reader
        if name.startswith(PREFIX) and name not in known:
            raise InvalidInput(
                field=name, reason="không có cài đặt tên này, hãy kiểm tra chính tả"
            )


_REASONS = {
    "literal_error": "phải là {expected}",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được lớn hơn {le}",
    "int_parsing": "phải là số nguyên",
    "float_parsing": "phải là số",
    "bool_parsing": "phải là true hoặc false",
    "value_error": "{error}",  # raised above, in Vietnamese
}


def _reason(error: dict[str, Any]) -> str:
    """Pydantic's error in Vietnamese, without the value: it may be a secret."""
    template = _REASONS.get(error["type"], "giá trị không hợp lệ")
    return template.format(**error.get("ctx", {})).replace(" or ", " hoặc ")


def _checked_url(text: str) -> str:
    text = text.strip().rstrip("/")
    if len(text) > MAX_BASE_URL:
        raise ValueError(f"dài quá {MAX_BASE_URL} ký tự")
    plain = text.isascii() and text.isprintable() and " " not in text
    if not plain or not _is_web_address(text):
        raise ValueError("phải là địa chỉ web dạng https://ten-mien/duong-dan")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return False
    extra = parts.query or parts.fragment or parts.username
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not extra


def secret_variable(name: str) -> str:
    """Return a variable that a secret's reference names, "" when there is none."""
    return os.environ.get(name, "")  # noqa: TID251 - this is the one reader


def debugging() -> bool:
    """Tell whether CERTIFY_DEBUG is on, even where the other settings are unusable."""
    value = os.environ.get(f"{PREFIX}DEBUG", "")  # noqa: TID251 - this is the one reader
    return value.strip().lower() in {"1", "true", "yes", "on"}
