"""Rows of the trails become leaves of the tree, in the caller's transaction.

An authority's rows 1…k are leaves, its rows after k are not yet: so what is new is
found without reading the tree, and the order is fixed by (authority, sequence).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select

from certify.errors import StoredDataDamaged, TrailContradicted
from certify.merkle import fold
from certify.public_trail import RELEASING, PlacedLeaf, TrailLeaf
from storage.audit import BEFORE_FIRST, row_digest
from storage.comparison_record import IN_PIECES
from storage.tables import (
    authorities,
    editions,
    recovered_copies,
    trail,
    tree_leaves,
    tree_nodes,
)

STRIDE = 8  # levels between two that are stored
_WIDTH = 1 << STRIDE
_Row = Row[Any]

_SAME_ROW = and_(
    trail.c.authority_id == tree_leaves.c.authority_id,
    trail.c.sequence == tree_leaves.c.sequence,
)
_PLACED = (
    select(tree_leaves, trail.c.digest, trail.c.action, trail.c.details, trail.c.at)
    .outerjoin(trail, _SAME_ROW)
    .order_by(tree_leaves.c.leaf_index)
)


def count(connection: Connection) -> int:
    """Return the number of leaves."""
    last = connection.scalar(select(func.max(tree_leaves.c.leaf_index)))
    return 0 if last is None else last + 1


def extend(connection: Connection, limit: int) -> int:
    """Make leaves of at most `limit` further rows.

    Of every authority the newest leaf is held against its row first: whoever rewrote
    the chain before it had to change that row as well.

    Raises:
        TrailContradicted: a row is gone or not the one that became a leaf, or the new
            ones do not go on from it.
    """
    size = count(connection)
    made: list[TrailLeaf] = []
    for authority_id in connection.scalars(
        select(authorities.c.id).order_by(authorities.c.id)
    ).all():
        made += _next_leaves(connection, authority_id, limit - len(made))
    if not made:
        return 0
    values = [
        {
            "leaf_index": size + number,
            "authority_id": leaf.authority_id,
            "sequence": leaf.sequence,
            "hash": leaf.hash,
            "file": leaf.file,
        }
        for number, leaf in enumerate(made)
    ]
    connection.execute(insert(tree_leaves), values)
    _close_blocks(connection, size, size + len(made))
    return len(made)


def subtree(connection: Connection, level: int, position: int) -> bytes:
    """Return a complete subtree's hash from the stored level at or below it.

    Raises:
        StoredDataDamaged: hashes are missing.
    """
    stored = level - level % STRIDE
    width = 1 << (level - stored)
    found = _stored(connection, stored, position * width, width)
    if len(found) != width:
        raise StoredDataDamaged(what="cây kiểm chứng")
    return fold(found)


def of_file(connection: Connection, sha256: str) -> PlacedLeaf | None:
    """Return the first leaf that releases a file."""
    row = connection.execute(
        _PLACED.where(tree_leaves.c.file == sha256).limit(1)
    ).first()
    return None if row is None else _placed(row)


def awaits(connection: Connection, sha256: str) -> bool | None:
    """Tell whether a row that is no leaf yet released a file of the register.

    True also where its leaf was made a moment ago. None: no file of the register.
    """
    for table in (editions, recovered_copies):
        owner = select(table.c.attestation_id).where(table.c.sha256 == sha256)
        if (attestation_id := connection.scalar(owner)) is not None:
            break
    else:
        return None
    if of_file(connection, sha256) is not None:
        return True
    rows = connection.execute(
        select(trail.c.action, trail.c.details)
        .outerjoin(tree_leaves, _SAME_ROW)
        .where(trail.c.subject == attestation_id, tree_leaves.c.leaf_index.is_(None))
    )
    return any(r.action in RELEASING and r.details.get("file") == sha256 for r in rows)


def places(connection: Connection) -> Iterator[PlacedLeaf]:
    """Yield all leaves in order, with their rows as they are now."""
    with connection.execute(_PLACED, execution_options=IN_PIECES) as rows:
        for row in rows:
            yield _placed(row)


def _next_leaves(
    connection: Connection, authority_id: str, limit: int
) -> list[TrailLeaf]:
    last = connection.execute(
        _PLACED.where(tree_leaves.c.authority_id == authority_id)
        .order_by(None)
        .order_by(tree_leaves.c.sequence.desc())
        .limit(1)
    ).first()
    sequence, digest = BEFORE_FIRST.sequence, BEFORE_FIRST.digest
    if last is not None:
        if not _placed(last).holds:
            raise TrailContradicted(what=f"dòng {last.sequence} của {authority_id}")
        sequence, digest = last.sequence, last.digest
    made = []
    for row in connection.execute(
        select(trail)
        .where(trail.c.authority_id == authority_id, trail.c.sequence > sequence)
        .order_by(trail.c.sequence)
        .limit(max(limit, 0))
    ):
        follows = row.sequence == sequence + 1 and row.previous == digest
        if not follows or row.digest != row_digest(row):
            raise TrailContradicted(what=f"dòng {sequence + 1} của {authority_id}")
        sequence, digest = row.sequence, row.digest
        made.append(_leaf(row))
    return made


def _close_blocks(connection: Connection, before: int, after: int) -> None:
    """Store the subtrees that became complete, level by level."""
    level = 0
    while (first := before // _WIDTH) < (end := after // _WIDTH):
        connection.execute(
            insert(tree_nodes),
            [
                {
                    "level": level + STRIDE,
                    "position": block,
                    "hash": fold(_stored(connection, level, block * _WIDTH, _WIDTH)),
                }
                for block in range(first, end)
            ],
        )
        level, before, after = level + STRIDE, first, end


def _stored(connection: Connection, level: int, start: int, many: int) -> list[bytes]:
    place = tree_nodes.c.position if level else tree_leaves.c.leaf_index
    table = tree_nodes if level else tree_leaves
    query = (
        select(table.c.hash).where(place >= start, place < start + many).order_by(place)
    )
    if level:
        query = query.where(tree_nodes.c.level == level)
    return list(connection.scalars(query))


def _placed(row: _Row) -> PlacedLeaf:
    return PlacedLeaf(
        index=row.leaf_index,
        authority_id=row.authority_id,
        sequence=row.sequence,
        stored=row.hash,
        file=row.file,
        leaf=None if row.digest is None else _leaf(row),
        at=row.at,
    )


def _leaf(row: _Row) -> TrailLeaf:
    file = row.details.get("file") if row.action in RELEASING else None
    return TrailLeaf(row.authority_id, row.sequence, row.digest, file)
