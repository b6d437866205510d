"""Purged scans are marked; layouts of papers may be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_WITH_FILES = sa.text("files_removed_at IS NULL")


def upgrade() -> None:
    _purges()


def _purges() -> None:
    op.add_column("scans", sa.Column("purged_at", sa.String(length=32), nullable=True))
    removed = sa.Column("files_removed_at", sa.String(length=32), nullable=True)
    op.add_column("scans", removed)
    op.create_index(
        "ix_scans_with_files",
        "scans",
        ["purged_at", "created_at"],
        sqlite_where=_WITH_FILES,
        postgresql_where=_WITH_FILES,
    )
