"""What every part is built from."""

from dataclasses import dataclass

from api.data_folder import DataFolder, ServiceChoices
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from certify.clock import Clock


@dataclass(frozen=True)
class Plan:
    """What every part is built from."""

    settings: Settings
    clock: Clock
    folder: DataFolder
    choices: ServiceChoices

    def keys(self, purpose: str) -> tuple[bytes, ...]:
        """Return the secrets of one purpose: the newest writes, all of them read."""
        return derive_keys(read_service_keys(self.folder.service_key), purpose)
