"""Settings of backups; `api.settings` reads them with all others."""

import stat
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings

from certify.errors import InvalidInput

FIELD = "CERTIFY_BACKUP_PASSPHRASE_FILE"
SHORTEST = 16  # characters
_OTHERS = 0o007


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

    @property
    def backup_passphrase(self) -> str:
        """What the file holds.

        Raises:
            InvalidInput: no file, unreadable, readable by everybody, or too short.
        """
        path = self.backup_passphrase_file
        if path is None:
            raise InvalidInput(
                field=FIELD, reason="còn thiếu: tệp chứa mật khẩu của bản sao lưu"
            )
        try:
            text = path.read_text(encoding="utf-8").strip()
            mode = stat.S_IMODE(path.stat().st_mode)
        except (OSError, UnicodeDecodeError):
            raise InvalidInput(field=FIELD, reason="không đọc được tệp này") from None
        if mode & _OTHERS:
            raise InvalidInput(
                field=FIELD, reason="mọi người dùng đọc được, hãy đặt quyền 0600"
            )
        if len(text) < SHORTEST:
            raise InvalidInput(
                field=FIELD, reason=f"mật khẩu phải có ít nhất {SHORTEST} ký tự"
            )
        return text
