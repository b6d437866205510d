"""What every part is built from."""

from dataclasses import dataclass, field

from api.data_folder import DataFolder, ServiceChoices
from api.observe.clocks import OtherClocks
from api.observe.meter import Meter, Unmetered
from api.service_key import derive_keys, read_service_keys
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

    def keys(self, purpose: str) -> tuple[bytes, ...]:
        """Return the secrets of one purpose: the newest writes, all of them read."""
        return derive_keys(read_service_keys(self.folder.service_key), purpose)


def unmetered_plan(settings: Settings, clock: Clock) -> Plan:
    """Begin building a part that stands alone: no keys of signatories, no meter.

    Raises:
        InvalidInput: not initialised.
    """
    folder = DataFolder(settings.data)
    return Plan(settings, clock, folder, folder.choices(), OtherClocks(clock))
