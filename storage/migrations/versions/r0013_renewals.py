"""The watch over released editions; recovered copies may be renewed too."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What was released before is watched too; its protection is read by the first sweep.
_WATCH_EDITIONS = """
INSERT INTO renewals (attestation_id, sha256, fence, attempts, cause, failures)
SELECT e.attestation_id, e.sha256, 0, 0, '', 0 FROM editions e
WHERE e.sequence = (
    SELECT MAX(n.sequence) FROM editions n WHERE n.attestation_id = e.attestation_id
)
"""
_WATCH_RECOVERED = """
INSERT INTO renewals (attestation_id, sha256, fence, attempts, cause, failures)
SELECT r.attestation_id, MAX(r.sha256), 0, 0, '', 0 FROM recovered_copies r
WHERE r.attestation_id NOT IN (SELECT attestation_id FROM renewals)
GROUP BY r.attestation_id
"""


def upgrade() -> None:
    op.add_column(
        "recovered_copies",
        sa.Column("renewal", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "renewals",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("protected_until", sa.String(length=32), nullable=True),
        sa.Column("algorithms", sa.Text(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.String(length=32), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("intent_sha256", sa.String(length=64), nullable=True),
        sa.Column("intent_size", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("retry_at", sa.String(length=32), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lease_owner IS NULL) = (lease_until IS NULL)",
            name=op.f("ck_renewals_lease_whole"),
        ),
        sa.CheckConstraint(
            "(protected_until IS NULL) = (algorithms IS NULL)",
            name=op.f("ck_renewals_protection_whole"),
        ),
        sa.CheckConstraint(
            "(intent_sha256 IS NULL) = (intent_size IS NULL)",
            name=op.f("ck_renewals_intent_whole"),
        ),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_renewals")),
    )
    op.create_index(
        op.f("ix_renewals_protected_until"), "renewals", ["protected_until"]
    )
    op.create_index(op.f("ix_renewals_algorithms"), "renewals", ["algorithms"])
    op.execute(_WATCH_EDITIONS)
    op.execute(_WATCH_RECOVERED)
