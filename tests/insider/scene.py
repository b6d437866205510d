"""Where an insider is at work: the database, a place in the tree, what lies around."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.tables import trail, tree_leaves
from tests.fuzz.chance import Random
from tests.insider.hands import places
from tests.support.builders import AUTHORITY_ID

FAR = 1_000_000  # numbers that no row has


@dataclass
class Scene:
    """Where it happens."""

    connection: Connection
    rng: Random
    index: int
    """A leaf below the kept checkpoint's size."""

    before: int
    """Rows of the main authority that are older than the kept checkpoint."""

    @property
    def leaf(self) -> Row[Any]:
        query = select(tree_leaves).where(tree_leaves.c.leaf_index == self.index)
        return self.connection.execute(query).one()

    @property
    def row(self) -> Row[Any]:
        return self.connection.execute(select(trail).where(self.here)).one()

    @property
    def here(self) -> Any:
        return at(self.leaf.authority_id, self.leaf.sequence)

    def change(self, **values: Any) -> list[str]:
        """Change the row; the order stays."""
        self.connection.execute(update(trail).where(self.here).values(**values))
        return places(self.connection)

    def old_subjects(self, action: str) -> list[Row[Any]]:
        """Rows of an action that are older than the kept checkpoint."""
        query = select(trail).where(
            trail.c.authority_id == AUTHORITY_ID,
            trail.c.action == action,
            trail.c.sequence <= self.before,
        )
        return list(self.connection.execute(query.order_by(trail.c.sequence)))


Crime = Callable[[Scene], list[str]]
"""Done to rows older than the kept checkpoint; answers the order of leaves after it."""


def at(authority_id: str, sequence: int) -> Any:
    return (trail.c.authority_id == authority_id) & (trail.c.sequence == sequence)
