"""Indexes for what is asked of a large register (tests/integration/test_query_plans).

The trail by its subject; the queue of unfinished attestations in its order; renewals
that rest on an algorithm, the most urgent first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("step IN ('approved', 'reserved', 'intended')")


def upgrade() -> None:
    op.create_index(op.f("ix_trail_subject"), "trail", ["subject"])
    op.create_index(
        "ix_attestations_unfinished",
        "attestations",
        ["approved_at", "id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.drop_index(op.f("ix_renewals_algorithms"), "renewals")
    op.create_index(
        op.f("ix_renewals_algorithms_protected_until"),
        "renewals",
        ["algorithms", "protected_until"],
    )
