"""Annulments: the Chairman's decisions, kept for ever (TT 01/2020/TT-BTP Đ7)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MESSAGE = "an annulment stays as it was recorded"

# Another database adds its variant here; without one the upgrade stops (KeyError).
TRIGGERS = {
    "sqlite": (
        (
            "CREATE TRIGGER keep_annulments_update BEFORE UPDATE ON annulments"
            f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        ),
        (
            "CREATE TRIGGER keep_annulments_delete BEFORE DELETE ON annulments"
            f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        ),
        # REPLACE deletes without a DELETE trigger
        (
            "CREATE TRIGGER keep_annulments_insert BEFORE INSERT ON annulments"  # noqa: S608 - our own words
            " WHEN EXISTS (SELECT 1 FROM annulments"
            "  WHERE attestation_id = NEW.attestation_id OR (authority_id ="
            "  NEW.authority_id AND trail_sequence = NEW.trail_sequence))"
            f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION keep_annulments() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
        ),
        (
            "CREATE TRIGGER keep_annulments BEFORE UPDATE OR DELETE ON annulments"
            " FOR EACH ROW EXECUTE FUNCTION keep_annulments()"
        ),
    ),
}


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
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
