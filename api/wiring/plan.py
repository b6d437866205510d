"""What every part is built from."""

from dataclasses import dataclass

from api.data_folder import DataFolder, ServiceChoices
from api.service_key import derive_key, read_service_key
from api.settings import Settings
from certify.clock import Clock


@dataclass(frozen=True)
class Plan:
    """What every part is built from."""

    settings: Settings
    clock: Clock
    folder: DataFolder
    choices: ServiceChoices

    def key(self, purpose: str) -> bytes:
        """Return the secret of one purpose, derived from the service key."""
        return derive_key(read_service_key(self.folder.service_key), purpose)
