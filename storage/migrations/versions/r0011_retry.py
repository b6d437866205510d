"""When a waiting attestation is tried again, and how often it has failed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "attestations",
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "attestations", sa.Column("retry_at", sa.String(length=32), nullable=True)
    )
