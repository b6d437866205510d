"""Book rows are found by their attestation, void ones included."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_book_rows_attestation_id"), "book_rows", ["attestation_id"]
    )
