"""The salt of a comparison's commitment, and its row fixed once confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STEP = "(SELECT step FROM attestations WHERE id = {row}.attestation_id) <> 'compared'"

# Another database adds its variant here; without one the upgrade stops (KeyError).
TRIGGERS = {
    "sqlite": (
        ("UPDATE", "", "a comparison is made again, never edited"),
        (
            "DELETE",
            f" WHEN {_STEP.format(row='OLD')}",
            "what was confirmed keeps its comparison",
        ),
        (
            "INSERT",  # REPLACE deletes without a DELETE trigger
            f" WHEN {_STEP.format(row='NEW')}",
            "what was confirmed keeps its comparison",
        ),
    ),
}


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("salt", sa.LargeBinary(), nullable=True))
    for change, when, message in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(
            f"CREATE TRIGGER keep_comparisons_{change.lower()} BEFORE {change}"
            f" ON comparisons{when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
