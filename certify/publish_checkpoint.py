"""One round of publication: new rows become leaves, and a checkpoint is signed.

Issuing never waits for it: rows enter the tree here, like entries of a certificate
transparency log within its merge delay. A trail that does not go on from what was
published before is never signed: the last checkpoint stays, the refusal is recorded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certify.checkpoint import Checkpoint, NoteError, NoteKey, open_note, signed_note
from certify.clock import Clock
from certify.errors import StoredDataDamaged, TrailContradicted, TryLater
from certify.merkle import (
    MerkleError,
    TreeHead,
    check_consistency,
    consistency_path,
    root_of,
)
from certify.public_trail import StoredCheckpoint, TrailTree

ROWS_AT_ONCE = 2_000  # a transaction's rows: nobody waits long for the database
LATEST_DELAY_MINUTES = 5  # how often a round runs; pages promise it


class NoteSigner(Protocol):
    """The service's key for checkpoints; filled by `keys.note`."""

    @property
    def name(self) -> str:
        """Name of key and log."""
        ...

    @property
    def public(self) -> bytes:
        """The raw Ed25519 public key."""
        ...

    def sign(self, text: str) -> bytes:
        """Return the signature over a text."""
        ...


class NoteTimestamps(Protocol):
    """Dates notes by a TSA (RFC 3161)."""

    def stamp(self, note: str) -> tuple[bytes, datetime]:
        """Return a verified token (DER) over the note, and its time.

        Raises TimestampUnavailable.
        """
        ...


class KeptCheckpoint(Protocol):
    """Remembers the newest note outside the database, whose owner may forget it."""

    def read(self) -> str | None:
        """Return the note that was kept last."""
        ...

    def write(self, note: str) -> None:
        """Keep a note instead."""
        ...


@dataclass(frozen=True)
class Published:
    """What one round did.

    Attributes:
        checkpoint: the newest one; None while there is not a single row.
        added: rows that became leaves.
        fresh: it was made by this round; False when there was nothing new.
        waiting_for_token: why it has no timestamp yet (Vietnamese), or "".
    """

    checkpoint: Checkpoint | None
    added: int
    fresh: bool
    waiting_for_token: str = ""


class PublishCheckpoint:
    """Publishes; safe to run on several machines at once."""

    def __init__(
        self,
        *,
        tree: TrailTree,
        signer: NoteSigner,
        timestamps: NoteTimestamps,
        kept: KeptCheckpoint,
        clock: Clock,
        known_keys: Callable[[], Sequence[NoteKey]] = tuple,
    ) -> None:
        """Take the collaborators.

        `known_keys`: all that ever signed checkpoints here, or sign on other machines
        now; asked each round, as the service key may have been rotated meanwhile.
        """
        self._tree = tree
        self._signer = signer
        self._timestamps = timestamps
        self._kept = kept
        self._clock = clock
        self._known_keys = known_keys
        self._key = NoteKey(signer.name, signer.public)

    @property
    def key(self) -> NoteKey:
        """What the checkpoints are verified with."""
        return self._key

    def __call__(self) -> Published:
        """Run one round.

        Raises:
            TrailContradicted: rows, tree or checkpoints were tampered with, or the
                database was restored from before the last checkpoint; nothing was
                signed, and the refusal is on record.
            TryLater: the database does not answer.
        """
        try:
            known = list(self._known())
            added = self._extend()
            head = self._grown(known)
        except (TrailContradicted, StoredDataDamaged) as error:
            self._tree.refuse(self._clock.now(), str(error))
            raise
        newest = self._tree.checkpoint()
        fresh = head.size > (newest.head.size if newest else 0)
        if fresh:
            self._sign(head)
        waiting = self._stamp()
        published = self._tree.checkpoint()
        if published is None:
            return Published(None, added, fresh=False)
        checkpoint = open_note(published.note, self._keys())
        return Published(checkpoint, added, fresh=fresh, waiting_for_token=waiting)

    def _known(self) -> Iterator[Checkpoint]:
        """Yield what was published last: by the database, and by our own memory."""
        newest, keys = self._tree.checkpoint(), self._keys()
        for note in (newest.note if newest else None, self._kept.read()):
            if note is None:
                continue
            try:
                known = open_note(note, keys)
            except NoteError as error:
                raise TrailContradicted(what="mốc đã lưu bị sửa") from error
            if newest and note == newest.note and known.head != newest.head:
                raise TrailContradicted(what="mốc đã lưu bị sửa")
            yield known

    def _keys(self) -> tuple[NoteKey, ...]:
        return (self._key, *self._known_keys())

    def _extend(self) -> int:
        added = 0
        while made := self._tree.extend(ROWS_AT_ONCE):
            added += made
        return added

    def _grown(self, known: list[Checkpoint]) -> TreeHead:
        """Return the head of all leaves, proved to go on from each known one."""
        size = self._tree.size()
        head = TreeHead(size, root_of(self._tree.subtree, size))
        for earlier in known:
            try:
                path = consistency_path(self._tree.subtree, earlier.head.size, size)
                check_consistency(earlier.head, head, path)
            except (MerkleError, ValueError) as error:
                at = earlier.head.size
                raise TrailContradicted(what=f"mốc {at} dòng") from error
        return head

    def _sign(self, head: TreeHead) -> None:
        now = self._clock.now().replace(microsecond=0)
        checkpoint = Checkpoint(self._signer.name, head, now)
        text = checkpoint.text
        note = signed_note(text, self._key, self._signer.sign(text))
        open_note(note, [self._key])  # never publish what nobody could verify
        self._tree.add_checkpoint(StoredCheckpoint(head, note, now))
        newest = self._tree.checkpoint()  # another process may have been faster
        self._kept.write(note if newest is None else newest.note)

    def _stamp(self) -> str:
        """Have the newest checkpoint dated; it covers all before it. Say why not."""
        newest = self._tree.checkpoint()
        if newest is None or newest.token is not None:
            return ""
        try:
            token, at = self._timestamps.stamp(newest.note)
        except TryLater as error:
            return str(error)
        self._tree.add_token(newest.head.size, token, at)
        return ""
