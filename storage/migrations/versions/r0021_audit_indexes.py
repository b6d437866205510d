"""The trail is asked by its subject: what was recorded of this row?"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_trail_subject"), "trail", ["subject"])
