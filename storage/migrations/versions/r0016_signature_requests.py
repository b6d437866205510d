"""Signatures that persons with a token of their own are asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signature_requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=128), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("scheme", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signed_attributes", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("bad_tries", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'answered', 'expired', 'declined', 'replaced',"
            " 'spoilt')",
            name=op.f("ck_signature_requests_state"),
        ),
        sa.CheckConstraint(
            "(state = 'answered') = (signature IS NOT NULL)",
            name=op.f("ck_signature_requests_answered_has_signature"),
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_signature_requests_attempt")),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["attestations.id"],
            name=op.f("fk_signature_requests_attestation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_requests")),
        sa.UniqueConstraint(
            "attestation_id",
            "attempt",
            "key_id",
            name=op.f("uq_signature_requests_attestation_id_attempt_key_id"),
        ),
    )
    op.create_index(
        op.f("ix_signature_requests_key_id_state"),
        "signature_requests",
        ["key_id", "state"],
    )
    op.create_table(
        "signing_presence",
        sa.Column("key_id", sa.String(length=128), nullable=False),
        sa.Column("ready_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_signing_presence")),
    )
