"""What a scan is made of, and the record that it was made smaller."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scans", sa.Column("arrangement", sa.Text(), nullable=True))
    op.add_column("scans", sa.Column("reduction", sa.Text(), nullable=True))
