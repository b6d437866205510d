"""The signing keys of the registry, opened as they are needed."""

from api.data_folder import DataFolder
from api.settings import Settings
from api.signing_keys.opening import KeyOpener
from api.signing_keys.ring import KeyRing
from api.wiring.plan import Plan
from certify.clock import Clock
from certify.signing_key import SigningKeys


def build_key_opener(folder: DataFolder, settings: Settings, clock: Clock) -> KeyOpener:
    """Build what opens a key of the registry; nothing is opened yet."""
    return KeyOpener(
        folder=folder.path,
        certificates=folder.cache / "certificates",
        clock=clock,
        development=settings.keys == "development",
    )


def build_ring(plan: Plan, registry: SigningKeys) -> KeyRing:
    """Build the keys that may sign now."""
    return KeyRing(
        registry=registry,
        authority_id=plan.choices.authority_id,
        opener=build_key_opener(plan.folder, plan.settings, plan.clock),
        clock=plan.clock,
    )
