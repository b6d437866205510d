"""Settings of backups; `api.settings` reads them with all others."""

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings


class BackupSettings(BaseSettings):
    """What `certify backup` and `certify restore` need beside the rest.

    Attributes:
        backup_passphrase_file: one line of 16 characters or more. It opens the service
            key inside a backup; kept apart from the backups, on paper too.
    """

    backup_passphrase_file: Path | None = None

    @field_validator("backup_passphrase_file")
    @classmethod
    def _absolute_passphrase(cls, value: Path | None) -> Path | None:
        return value and value.absolute()  # children and threads share no cwd
