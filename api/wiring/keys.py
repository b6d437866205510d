"""The signing keys of the registry, opened as they are needed."""

import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from cryptography import x509

from api.data_folder import DataFolder
from api.development_keys import development_key_records
from api.settings import Settings
from api.signing_keys.opening import KeyOpener
from api.signing_keys.ring import KeyRing
from api.signing_keys.room import KeyRoom
from api.signing_keys.watched import watched_key
from api.wiring.plan import Plan
from api.wiring.stores import open_storage
from api.wiring.verification import build_lists
from certify.attestation import Act
from certify.clock import Clock, SystemClock
from certify.errors import WrongState
from certify.signing_key import KeyRole, SigningKeys
from certify.trust import Purpose
from keys.base import SigningKey
from signing.trust import TrustError, load_trust_anchors


def build_key_opener(folder: DataFolder, settings: Settings, clock: Clock) -> KeyOpener:
    """Build what opens a key of the registry; nothing is opened yet."""
    return KeyOpener(
        folder=folder.path,
        certificates=folder.cache / "certificates",
        clock=clock,
        development=settings.keys == "development",
    )


def build_ring(
    plan: Plan, registry: SigningKeys, held: Mapping[str, SigningKey]
) -> KeyRing:
    """Build the keys that may sign now; `held` are in their owners' hands."""
    watch = partial(watched_key, meter=plan.meter)
    return KeyRing(
        registry=registry,
        authority_id=plan.choices.authority_id,
        opener=build_key_opener(plan.folder, plan.settings, plan.clock),
        clock=plan.clock,
        held={k: watch("external", key) for k, key in held.items()},
        watch=watch,
    )


def record_development_keys(plan: Plan, registry: SigningKeys) -> None:
    """Put the development keys on record in a data folder made before there was one."""
    choices = plan.choices
    if plan.settings.keys != "development" or registry.keys(choices.authority_id):
        return
    for record in development_key_records(
        plan.folder,
        authority_id=choices.authority_id,
        signatory_id=choices.signatory_id,
    ):
        with suppress(WrongState):  # another process did it just now
            registry.add(record, Act("system", "signing_key.add"))


@contextmanager
def open_key_room(settings: Settings, clock: Clock | None = None) -> Iterator[KeyRoom]:
    """Build what the commands on keys need; no service, no child processes.

    Raises:
        InvalidInput: not initialised.
    """
    clock = clock or SystemClock()
    folder = DataFolder(settings.data)
    choices = folder.choices()
    lists = build_lists(folder.trust, clock, folder.trust_seen)

    def leads_to_root(
        leaf: x509.Certificate, issuers: Sequence[x509.Certificate], role: KeyRole
    ) -> bool:
        seal = role is KeyRole.SEAL
        purpose = Purpose.SEAL if seal else Purpose.SIGNATURE
        try:
            anchors = load_trust_anchors(folder.trust, clock.now(), purpose)
            anchors.path(leaf, issuers, clock.now())
        except TrustError:
            return False
        return True

    with open_storage(folder, settings, clock) as storage:
        yield KeyRoom(
            registry=storage.signing_keys,
            people=storage.people,
            opener=build_key_opener(folder, settings, clock),
            clock=clock,
            leads_to_root=leads_to_root,
            roster=lambda: lists().roster,
            authority_id=choices.authority_id,
            signatory_id=choices.signatory_id,
            actor=f"operator:{pwd.getpwuid(os.getuid()).pw_name}",
        )
