"""What an insider does after a change so that nobody inside can see it.

He has the database, our code and, at the last stage, the service's key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    create_engine,
    delete,
    insert,
    make_url,
    select,
    update,
)

from certify.checkpoint import Checkpoint, NoteKey, signed_note
from certify.merkle import Frontier, TreeHead, fold
from keys.note import NoteSigningKey
from storage.audit import BEFORE_FIRST, row_digest
from storage.personal import use_keys
from storage.tables import (
    book_rows,
    checkpoint_tokens,
    checkpoints,
    trail,
    tree_leaves,
    tree_nodes,
)
from storage.trail_leaves import STRIDE, _leaf
from tests.support.fields import FIELDS
from tests.support.public_trail import SEED

OWN_SEED = bytes(reversed(range(32)))


class Cover(IntEnum):
    """How far he covers his tracks; each stage does all before it."""

    NOTHING = 0
    CHAIN = 1
    TREE = 2
    CHECKPOINTS = 3
    SIGNED_AGAIN = 4


@contextmanager
def superuser(url: str) -> Iterator[Connection]:
    """A transaction without triggers and foreign keys."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    use_keys(engine.dialect, FIELDS)  # he has the service's key
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:  # foreign keys are off by default
            for name in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).scalars():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
    engine.dispose()


def places(connection: Connection) -> list[str]:
    """The authorities of the leaves in order: all that the order of a tree is."""
    query = select(tree_leaves.c.authority_id).order_by(tree_leaves.c.leaf_index)
    return list(connection.scalars(query))


def cover_up(connection: Connection, cover: Cover, order: list[str]) -> None:
    """Hide a change of the trail.

    Args:
        connection: of `superuser`.
        cover: how far.
        order: authorities of the leaves as they shall be.
    """
    if cover >= Cover.CHAIN:
        for authority_id in set(order):
            chain_again(connection, authority_id)
    if cover >= Cover.TREE:
        leaves = plant_again(connection, order)
        if cover >= Cover.CHECKPOINTS:
            seed = SEED if cover is Cover.SIGNED_AGAIN else OWN_SEED
            publish_again(connection, leaves, NoteSigningKey(seed))


def chain_again(connection: Connection, authority_id: str) -> None:
    """Recompute every digest of a chain, and the heads that the book noted."""
    last = BEFORE_FIRST.digest
    for row in _rows(connection, authority_id):
        here = (trail.c.authority_id == authority_id) & (
            trail.c.sequence == row.sequence
        )
        connection.execute(update(trail).where(here).values(previous=last))
        changed = connection.execute(select(trail).where(here)).one()
        last = row_digest(changed)
        if last != row.digest:
            connection.execute(update(trail).where(here).values(digest=last))
        connection.execute(
            update(book_rows)
            .where(
                book_rows.c.authority_id == authority_id,
                book_rows.c.trail_sequence == row.sequence,
            )
            .values(trail_digest=last)
        )


def plant_again(connection: Connection, order: list[str]) -> list[bytes]:
    """Make the tree's tables anew from the rows as they are now."""
    connection.execute(delete(tree_leaves))
    connection.execute(delete(tree_nodes))
    rows = {
        authority_id: iter(_rows(connection, authority_id))
        for authority_id in set(order)
    }
    made = []
    for authority_id in order:
        row = next(rows[authority_id], None)
        if row is not None:
            made.append(_leaf(row))
    values = [
        {
            "leaf_index": index,
            "authority_id": leaf.authority_id,
            "sequence": leaf.sequence,
            "hash": leaf.hash,
            "file": leaf.file,
        }
        for index, leaf in enumerate(made)
    ]
    connection.execute(insert(tree_leaves), values)
    hashes = [leaf.hash for leaf in made]
    for block in range(len(hashes) >> STRIDE):
        part = hashes[block << STRIDE : (block + 1) << STRIDE]
        connection.execute(
            insert(tree_nodes).values(level=STRIDE, position=block, hash=fold(part))
        )
    return hashes


def publish_again(
    connection: Connection, leaves: list[bytes], signer: NoteSigningKey
) -> None:
    """Write every checkpoint anew over the new tree, signed by a key."""
    key = NoteKey(signer.name, signer.public)
    old = connection.execute(select(checkpoints).order_by(checkpoints.c.size)).all()
    connection.execute(delete(checkpoint_tokens))
    connection.execute(delete(checkpoints))
    for size, made_at in {min(c.size, len(leaves)): c.made_at for c in old}.items():
        frontier = Frontier()
        for leaf in leaves[:size]:
            frontier.add(leaf)
        head = TreeHead(size, frontier.root())
        text = Checkpoint(key.name, head, made_at).text
        note = signed_note(text, key, signer.sign(text))
        connection.execute(
            insert(checkpoints).values(
                size=size, root=head.root, note=note, made_at=made_at
            )
        )


def _rows(connection: Connection, authority_id: str) -> list[Row[Any]]:
    query = select(trail).where(trail.c.authority_id == authority_id)
    return list(connection.execute(query.order_by(trail.c.sequence)))
