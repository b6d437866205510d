"""Annulments: the Chairman's decisions, kept for ever (TT 01/2020/TT-BTP Đ7)."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MESSAGE = "an annulment stays as it was recorded"

# REPLACE deletes without a DELETE trigger
_THERE = (
    "EXISTS (SELECT 1 FROM annulments"
    "  WHERE attestation_id = NEW.attestation_id OR (authority_id ="
    "  NEW.authority_id AND trail_sequence = NEW.trail_sequence))"
)
TRIGGERS = (("UPDATE", ""), ("DELETE", ""), ("INSERT", _THERE))


def upgrade() -> None:
    op.create_table(
        "annulments",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("authority_name", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("shown_number", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("annulled_at", sa.String(length=32), nullable=False),
        sa.Column("trail_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_annulments")),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_annulments_authority_id"),
        ),
        sa.UniqueConstraint(
            "authority_id",
            "trail_sequence",
            name=op.f("uq_annulments_authority_id_trail_sequence"),
        ),
    )
    for change, condition in TRIGGERS:
        name = f"keep_annulments_{change.lower()}"
        keep(name, "annulments", change, condition, _MESSAGE)
    keep_from_truncate("annulments")
