"""What every part is built from."""

from dataclasses import dataclass, field

from api.data_folder import DataFolder, ServiceChoices
from api.observe.clocks import OtherClocks
from api.observe.meter import Meter, Unmetered
from api.service_key import derive_key, read_service_key
from api.settings import Settings
from certify.clock import Clock


@dataclass(frozen=True)
class Plan:
    """What every part is built from.

    Attributes:
        meter: measures what the parts do; nothing for commands that soon end.
        clocks: how far other clocks are from ours; the TSA's is noted.
    """

    settings: Settings
    clock: Clock
    folder: DataFolder
    choices: ServiceChoices
    clocks: OtherClocks
    meter: Meter = field(default_factory=Unmetered)

    def key(self, purpose: str) -> bytes:
        """Return the secret of one purpose, derived from the service key."""
        return derive_key(read_service_key(self.folder.service_key), purpose)
