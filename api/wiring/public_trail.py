"""The public trail: what publishes checkpoints, proves and checks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.data_folder import DataFolder
from api.kept_checkpoint import CheckpointFile
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from api.trust_folder import add_trail_key, read_trail_keys
from api.wiring.outside import Outside
from api.wiring.plan import Plan
from api.wiring.stores import Storage, open_storage
from certify.checkpoint import NoteKey
from certify.publish_checkpoint import PublishCheckpoint
from certify.trail_audit import AuditPublicTrail
from certify.trail_proof import ProveTrail
from keys.note import NoteSigningKey
from signing.note_timestamp import NoteStamps


@dataclass(frozen=True)
class TrailRoom:
    """What the commands on the public trail need: no secret key, no child process."""

    audit: AuditPublicTrail
    prove: ProveTrail
    keys: tuple[NoteKey, ...]


def build_publish_checkpoint(
    plan: Plan, storage: Storage, outside: Outside
) -> PublishCheckpoint:
    """Build what publishes one checkpoint a round; list its key for verifiers."""
    publish = PublishCheckpoint(
        tree=storage.tree,
        signer=NoteSigningKey(plan.keys("checkpoint")[0]),
        timestamps=NoteStamps(timestamps=outside.timestamps),
        kept=CheckpointFile(plan.folder.checkpoint),
        clock=plan.clock,
    )
    add_trail_key(plan.folder.trust, publish.key)
    return publish


def build_trail_audit(
    folder: DataFolder, storage: Storage, keys: tuple[NoteKey, ...] = ()
) -> AuditPublicTrail:
    """Build the full check; without keys it trusts those that sign now or did."""
    return AuditPublicTrail(
        trail=storage.trail,
        tree=storage.tree,
        register=storage.register_against_trail,
        keys=keys or _all_keys(folder),
    )


@contextmanager
def open_trail_room(settings: Settings) -> Iterator[TrailRoom]:
    """Open the public trail of an initialised data folder.

    Raises:
        InvalidInput: not initialised.
    """
    folder = DataFolder(settings.data)
    folder.choices()
    with open_storage(folder, settings) as storage:
        keys = _all_keys(folder)
        yield TrailRoom(
            audit=build_trail_audit(folder, storage, keys),
            prove=ProveTrail(tree=storage.tree),
            keys=keys,
        )


def _all_keys(folder: DataFolder) -> tuple[NoteKey, ...]:
    """Keys that verify checkpoints: our own, and those listed for verifiers."""
    secrets = derive_keys(read_service_keys(folder.service_key), "checkpoint")
    own = (_note_key(NoteSigningKey(secret)) for secret in secrets)
    return tuple(dict.fromkeys((*own, *read_trail_keys(folder.trust))))


def _note_key(signer: NoteSigningKey) -> NoteKey:
    return NoteKey(signer.name, signer.public)
