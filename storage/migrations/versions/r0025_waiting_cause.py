"""What monitoring counts by: the code of what is waited for, numbers not used yet."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "attestations", sa.Column("waiting_cause", sa.String(length=64), nullable=True)
    )
    op.create_index(
        "ix_book_rows_reserved",
        "book_rows",
        ["reserved_at"],
        sqlite_where=sa.text("state = 'reserved'"),
        postgresql_where=sa.text("state = 'reserved'"),
    )
