"""What an attestation waits for, as a code: monitoring counts by it."""

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
