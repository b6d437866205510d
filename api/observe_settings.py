"""Settings of monitoring; `api.settings` reads them with all others."""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

_MEGABYTE = 1024 * 1024


class ObserveSettings(BaseSettings):
    """What the service says about itself, to whom, and when it calls itself unready.

    Attributes:
        log_level: the least that is logged. No level logs personal data or secrets.
        log_format: "json" is one object a line, "text" is for eyes, "auto" is text on
            a terminal and JSON elsewhere.
        metrics_port: where Prometheus metrics are served; None serves and counts
            none. All processes of a machine name the same port: one serves for all.
        metrics_host: address of this machine that the port listens on; an internal one,
            as anybody who reaches it may read. In a container 0.0.0.0, whose network
            is then the border.
        metrics_folder: where the processes of one machine, or of one container, keep
            their numbers; None takes `metrics` in the data folder. Never shared by
            several machines.
        disk_free_mb: less free space than this on any disk of the service makes it
            unready. Default of 2026-11-23.
        clock_drift_seconds: a larger difference to the clock of the TSA or of the
            database server is shown by `/health/ready`. Default of 2026-11-23; a TSA
            tells whole seconds.
        ready_seconds: how long `/health/ready` waits for all dependencies together.
    """

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = "auto"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_host: str = "127.0.0.1"
    metrics_folder: Path | None = None
    disk_free_mb: int = Field(default=1024, ge=0, le=10_000_000)
    clock_drift_seconds: float = Field(default=10, ge=1, le=300)
    ready_seconds: float = Field(default=3, ge=0.1, le=30)

    @field_validator("metrics_host")
    @classmethod
    def _internal(cls, value: str) -> str:
        try:
            address = ipaddress.ip_address(value)
        except ValueError as error:
            raise ValueError("phải là một địa chỉ IP của máy này") from error
        if address.is_global:
            raise ValueError("chỉ được là địa chỉ mạng nội bộ, ví dụ 127.0.0.1")
        return value

    @field_validator("metrics_folder")
    @classmethod
    def _absolute_folder(cls, value: Path | None) -> Path | None:
        return value and value.absolute()

    @property
    def disk_free_bytes(self) -> int:
        """Least free space, in bytes."""
        return self.disk_free_mb * _MEGABYTE
