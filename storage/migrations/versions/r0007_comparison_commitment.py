"""The salt of a comparison's commitment, and its row fixed once confirmed."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STEP = "(SELECT step FROM attestations WHERE id = {row}.attestation_id) <> 'compared'"

_KEPT = "what was confirmed keeps its comparison"
TRIGGERS = (
    ("UPDATE", "", "a comparison is made again, never edited"),
    ("DELETE", _STEP.format(row="OLD"), _KEPT),
    # REPLACE deletes without a DELETE trigger
    ("INSERT", _STEP.format(row="NEW"), _KEPT),
)


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("salt", sa.LargeBinary(), nullable=True))
    for change, condition, message in TRIGGERS:
        name = f"keep_comparisons_{change.lower()}"
        keep(name, "comparisons", change, condition, message)
    keep_from_truncate("comparisons")
