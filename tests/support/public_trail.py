"""A publisher and a full check over one database, dated by a made-up TSA."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from api.wiring.public_trail import build_trail_audit
from certify.checkpoint import Checkpoint, NoteKey
from certify.clock import Clock
from certify.errors import TimestampUnavailable
from certify.publish_checkpoint import PublishCheckpoint
from certify.trail_audit import TrailAudit
from keys.note import NoteSigningKey
from storage.database import Database
from storage.trail_tree import SqlTrailTree

SEED = bytes(range(32))


@dataclass
class MadeUpTsa:
    """Answers with a digest in place of a token, or not at all."""

    clock: Clock
    away: bool = False

    def stamp(self, note: str) -> tuple[bytes, datetime]:
        if self.away:
            raise TimestampUnavailable(service="TSA", reason="không trả lời")
        return sha256(note.encode()).digest(), self.clock.now()


@dataclass
class KeptInMemory:
    """What the publisher remembers outside the database."""

    note: str | None = None

    def read(self) -> str | None:
        return self.note

    def write(self, note: str) -> None:
        self.note = note


@dataclass
class PublicTrail:
    """All that works on one database's public trail."""

    database: Database
    clock: Clock
    seed: bytes = SEED
    kept: KeptInMemory = field(default_factory=KeptInMemory)
    older: list[NoteKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = SqlTrailTree(database=self.database)
        self.tsa = MadeUpTsa(self.clock)
        self.publish = PublishCheckpoint(
            tree=self.tree,
            signer=NoteSigningKey(self.seed),
            timestamps=self.tsa,
            kept=self.kept,
            clock=self.clock,
            known_keys=lambda: self.older,
        )

    def checkpoint(self) -> Checkpoint:
        made = self.publish().checkpoint
        assert made is not None
        return made

    def audit(self, *kept: Checkpoint) -> TrailAudit:
        check = build_trail_audit(self.database, [self.publish.key, *self.older])
        return check(kept)

    def codes(self, *kept: Checkpoint) -> set[str]:
        return {finding.code for finding in self.audit(*kept).findings}
