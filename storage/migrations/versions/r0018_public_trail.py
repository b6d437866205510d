"""The Merkle tree over all trails, and its checkpoints: they grow, nothing else."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# REPLACE deletes without a DELETE trigger: what may be inserted is said too.
_NEXT_LEAF = (
    "NEW.leaf_index <> (SELECT COALESCE(MAX(leaf_index) + 1, 0) FROM tree_leaves)"
)
_SAME_NODE = (
    "EXISTS (SELECT 1 FROM tree_nodes"
    " WHERE level = NEW.level AND position = NEW.position)"
)
_NOT_LARGER = "NEW.size <= (SELECT COALESCE(MAX(size), -1) FROM checkpoints)"
_DATED_ALREADY = "EXISTS (SELECT 1 FROM checkpoint_tokens WHERE size = NEW.size)"
_SAME_REFUSAL = "EXISTS (SELECT 1 FROM checkpoint_refusals WHERE at = NEW.at)"
_GROWING = {
    "tree_leaves": _NEXT_LEAF,
    "tree_nodes": _SAME_NODE,
    "checkpoints": _NOT_LARGER,
    "checkpoint_tokens": _DATED_ALREADY,
    "checkpoint_refusals": _SAME_REFUSAL,
}


def upgrade() -> None:
    _make_tree()
    _make_checkpoints()
    for table, refused in _GROWING.items():
        message = f"{table} only grows"
        for change, condition in (("UPDATE", ""), ("DELETE", ""), ("INSERT", refused)):
            keep(f"keep_{table}_{change.lower()}", table, change, condition, message)
    keep_from_truncate(*_GROWING)


def _make_tree() -> None:
    op.create_table(
        "tree_leaves",
        sa.Column("leaf_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.CheckConstraint("leaf_index >= 0", name=op.f("ck_tree_leaves_leaf_index")),
        sa.ForeignKeyConstraint(
            ["authority_id", "sequence"],
            ["trail.authority_id", "trail.sequence"],
            name=op.f("fk_tree_leaves_authority_id"),
        ),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_tree_leaves")),
        sa.UniqueConstraint(
            "authority_id",
            "sequence",
            name=op.f("uq_tree_leaves_authority_id_sequence"),
        ),
    )
    op.create_index(op.f("ix_tree_leaves_file"), "tree_leaves", ["file"])
    op.create_table(
        "tree_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_tree_nodes")),
    )


def _make_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "checkpoint_tokens",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["checkpoints.size"], name=op.f("fk_checkpoint_tokens_size")
        ),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint_tokens")),
    )
    op.create_table(
        "checkpoint_refusals",
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_checkpoint_refusals")),
    )
