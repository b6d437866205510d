"""The Merkle tree over all trails, and the checkpoints published of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import ID, SHA256, UtcTime, metadata

# Which row of which trail stands where; `hash` is what the tree was built with.
tree_leaves = Table(
    "tree_leaves",
    metadata,
    Column("leaf_index", Integer, primary_key=True, autoincrement=False),
    Column("authority_id", ID, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # the file that the row releases: how a proof for a copy is found
    Column("file", SHA256, index=True),
    UniqueConstraint("authority_id", "sequence"),
    ForeignKeyConstraint(
        ["authority_id", "sequence"], ["trail.authority_id", "trail.sequence"]
    ),
    CheckConstraint("leaf_index >= 0", name="leaf_index"),
)

# Complete subtrees of 256, 256², … leaves only: the levels between are computed from
# at most 255 hashes, and a million rows need four thousand of these.
tree_nodes = Table(
    "tree_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

# Beside the checkpoint, which does not change: a TSA may answer later.
checkpoint_tokens = Table(
    "checkpoint_tokens",
    metadata,
    Column(
        "size",
        Integer,
        ForeignKey("checkpoints.size"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("token", LargeBinary, nullable=False),
    Column("token_at", UtcTime, nullable=False),
)

checkpoint_refusals = Table(
    "checkpoint_refusals",
    metadata,
    Column("at", UtcTime, primary_key=True),
    Column("what", Text, nullable=False),
)
