"""The public trail: what publishes checkpoints, proves and checks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from api.data_folder import DataFolder
from api.kept_checkpoint import CheckpointFile
from api.service_key import derive_keys, read_service_keys
from api.settings import Settings
from api.trust_folder import add_trail_key, read_trail_keys
from api.wiring.outside import Outside
from api.wiring.plan import Plan
from api.wiring.stores import Storage, open_database
from certify.auditing.chain import ChainPart
from certify.auditing.editions import EditionsPart
from certify.auditing.numbers import NumbersPart
from certify.auditing.part import AuditPart
from certify.auditing.records import RecordsPart
from certify.auditing.tree import TreePart
from certify.checkpoint import Checkpoint, NoteError, NoteKey, open_note
from certify.publish_checkpoint import PublishCheckpoint
from certify.trail_audit import AuditPublicTrail
from certify.trail_proof import ProveTrail
from certify.trail_standing import StandingInTrail
from keys.note import NoteSigningKey
from signing.note_timestamp import NoteStamps
from storage.auditing.books import SqlAuditedBooks
from storage.auditing.chain import SqlAuditedTrail
from storage.auditing.editions import SqlAuditedEditions
from storage.auditing.records import SqlAuditedRecords
from storage.database import Database
from storage.trail_tree import SqlTrailTree


@dataclass(frozen=True)
class TrailRoom:
    """What the commands on the public trail need: no secret key, no child process.

    Attributes:
        kept: the checkpoint of the data folder, outside the database.
    """

    audit: AuditPublicTrail
    prove: ProveTrail
    keys: tuple[NoteKey, ...]
    kept: tuple[Checkpoint, ...]


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
        known_keys=partial(_all_keys, plan.folder),
    )
    add_trail_key(plan.folder.trust, publish.key)
    return publish


def build_trail_audit(database: Database, keys: Sequence[NoteKey]) -> AuditPublicTrail:
    """Build the full check; it trusts these keys."""
    return AuditPublicTrail(
        tree=SqlTrailTree(database=database),
        keys=keys,
        parts=(
            *register_parts(database),
            EditionsPart(editions=SqlAuditedEditions(database=database)),
        ),
    )


def build_tree_part(folder: DataFolder, database: Database) -> TreePart:
    """Build the part of the audit that walks the tree."""
    return TreePart(
        tree=SqlTrailTree(database=database),
        keys=_all_keys(folder),
        kept=partial(_kept_here, folder),
    )


def register_parts(database: Database) -> Sequence[AuditPart]:
    """Build the parts of the audit that need the database alone."""
    return (
        ChainPart(trail=SqlAuditedTrail(database=database)),
        NumbersPart(books=SqlAuditedBooks(database=database)),
        RecordsPart(records=SqlAuditedRecords(database=database)),
    )


@contextmanager
def open_trail_room(settings: Settings) -> Iterator[TrailRoom]:
    """Open the public trail of an initialised data folder.

    Raises:
        InvalidInput: not initialised.
    """
    folder = DataFolder(settings.data)
    folder.choices()
    database = open_database(folder, settings)
    try:
        database.migrate()
        yield TrailRoom(
            audit=build_trail_audit(database, _all_keys(folder)),
            prove=ProveTrail(tree=SqlTrailTree(database=database)),
            keys=_all_keys(folder),
            kept=_kept_here(folder),
        )
    finally:
        database.close()


def build_standing(folder: DataFolder, storage: Storage) -> StandingInTrail:
    """Build what tells where a released file stands in the public trail."""
    return StandingInTrail(
        prove=ProveTrail(tree=storage.tree), keys=partial(_all_keys, folder)
    )


def _all_keys(folder: DataFolder) -> tuple[NoteKey, ...]:
    """Keys that verify checkpoints: our own, and those listed for verifiers."""
    secrets = derive_keys(read_service_keys(folder.service_key), "checkpoint")
    own = (_note_key(NoteSigningKey(secret)) for secret in secrets)
    return tuple(dict.fromkeys((*own, *read_trail_keys(folder.trust))))


def _kept_here(folder: DataFolder) -> tuple[Checkpoint, ...]:
    """Read what the publisher kept; what nobody of ours signed is left to it."""
    note = CheckpointFile(folder.checkpoint).read()
    try:
        return () if note is None else (open_note(note, _all_keys(folder)),)
    except NoteError:
        return ()


def _note_key(signer: NoteSigningKey) -> NoteKey:
    return NoteKey(signer.name, signer.public)
