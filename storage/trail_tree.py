"""The tree over all trails in SQL, and the checkpoints published of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from certify.merkle import TreeHead
from certify.public_trail import PlacedLeaf, StoredCheckpoint
from storage import trail_leaves
from storage.database import Database
from storage.exclusive import alone
from storage.tables import (
    checkpoint_refusals,
    checkpoint_tokens,
    checkpoints,
    trail,
)

_WORK = "public-trail"


class SqlTrailTree:
    """Fills the `TrailTree` port."""

    def __init__(self, *, database: Database) -> None:
        """Keep the tree in this database."""
        self._database = database

    def extend(self, limit: int) -> int:
        """Make leaves of at most `limit` further rows; nobody else does so meanwhile.

        Raises:
            TrailContradicted: see `storage.trail_leaves.extend`.
        """
        with self._database.writing() as connection:
            alone(connection, _WORK)
            return trail_leaves.extend(connection, limit)

    def size(self) -> int:
        """Return the number of leaves."""
        with self._database.reading() as connection:
            return trail_leaves.count(connection)

    def subtree(self, level: int, position: int) -> bytes:
        """Return a complete subtree's hash. Raises StoredDataDamaged."""
        with self._database.reading() as connection:
            return trail_leaves.subtree(connection, level, position)

    def leaf_of_file(self, sha256: str) -> PlacedLeaf | None:
        """Return the first leaf that releases a file."""
        with self._database.reading() as connection:
            return trail_leaves.of_file(connection, sha256)

    def awaits(self, sha256: str) -> bool | None:
        """Tell whether the next leaves will hold the row that released a file."""
        with self._database.reading() as connection:
            return trail_leaves.awaits(connection, sha256)

    def places(self) -> Iterator[PlacedLeaf]:
        """Yield all leaves in order, from one snapshot."""
        with self._database.reading() as connection:
            yield from trail_leaves.places(connection)

    def rows_outside(self) -> int:
        """Return the number of rows that are no leaves yet."""
        with self._database.reading() as connection:
            rows = connection.scalar(select(func.count()).select_from(trail)) or 0
            return rows - trail_leaves.count(connection)

    def add_checkpoint(self, checkpoint: StoredCheckpoint) -> None:
        """Keep a checkpoint unless there is one as large."""
        with self._database.writing() as connection:
            alone(connection, _WORK)
            newest = connection.scalar(select(func.max(checkpoints.c.size)))
            if newest is not None and newest >= checkpoint.head.size:
                return
            connection.execute(
                insert(checkpoints).values(
                    size=checkpoint.head.size,
                    root=checkpoint.head.root,
                    note=checkpoint.note,
                    made_at=checkpoint.made_at,
                )
            )

    def add_token(self, size: int, token: bytes, at: datetime) -> None:
        """Keep the token of a checkpoint unless it has one."""
        here = checkpoint_tokens.c.size == size
        with self._database.writing() as connection:
            alone(connection, _WORK)
            if connection.execute(select(checkpoint_tokens).where(here)).first():
                return
            connection.execute(
                insert(checkpoint_tokens).values(size=size, token=token, token_at=at)
            )

    def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of a size; the newest without one."""
        with self._database.reading() as connection:
            return read_checkpoint(connection, size)

    def checkpoints(self) -> Sequence[StoredCheckpoint]:
        """Return all, smallest first; without their tokens."""
        query = select(checkpoints).order_by(checkpoints.c.size)
        with self._database.reading() as connection:
            return [
                StoredCheckpoint(TreeHead(row.size, row.root), row.note, row.made_at)
                for row in connection.execute(query)
            ]

    def refuse(self, at: datetime, what: str) -> None:
        """Record that nothing could be published, and why."""
        with self._database.writing() as connection:
            alone(connection, _WORK)
            here = select(checkpoint_refusals).where(checkpoint_refusals.c.at == at)
            if not connection.execute(here).first():
                connection.execute(insert(checkpoint_refusals).values(at=at, what=what))

    def refused(self) -> tuple[datetime, str] | None:
        """Return the newest refusal since the newest checkpoint."""
        newest = select(checkpoint_refusals).order_by(checkpoint_refusals.c.at.desc())
        with self._database.reading() as connection:
            row = connection.execute(newest.limit(1)).first()
            since = connection.scalar(select(func.max(checkpoints.c.made_at)))
        if row is None or (since is not None and row.at < since):
            return None
        return row.at, row.what


def read_checkpoint(
    connection: Connection, size: int | None = None
) -> StoredCheckpoint | None:
    """Return the checkpoint of a size, or the newest, with its token."""
    query = (
        select(checkpoints, checkpoint_tokens.c.token, checkpoint_tokens.c.token_at)
        .outerjoin(checkpoint_tokens, checkpoint_tokens.c.size == checkpoints.c.size)
        .order_by(checkpoints.c.size.desc())
        .limit(1)
    )
    if size is not None:
        query = query.where(checkpoints.c.size == size)
    row = connection.execute(query).first()
    return None if row is None else _checkpoint(row)


def newest_head(connection: Connection) -> TreeHead | None:
    """Return the newest checkpoint's head, in the caller's transaction."""
    newest = read_checkpoint(connection)
    return newest.head if newest else None


def _checkpoint(row: Row[Any]) -> StoredCheckpoint:
    return StoredCheckpoint(
        head=TreeHead(row.size, row.root),
        note=row.note,
        made_at=row.made_at,
        token=row.token,
        token_at=row.token_at,
    )
