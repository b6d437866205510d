"""The registry of signing keys; keys named by people and authorities stay valid."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("backend", sa.String(length=16), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=True),
        sa.Column("issuers", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("active_from", sa.String(length=32), nullable=True),
        sa.Column("active_to", sa.String(length=32), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("use_limit", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role IN ('signatory', 'seal')", name=op.f("ck_signing_keys_role")
        ),
        sa.CheckConstraint(
            "state IN ('generated', 'imported', 'active', 'retired')",
            name=op.f("ck_signing_keys_state"),
        ),
        sa.CheckConstraint(
            "(role = 'signatory') = (person_id IS NOT NULL)",
            name=op.f("ck_signing_keys_holder"),
        ),
        sa.CheckConstraint(
            "(certificate IS NULL) = (certificate_sha256 IS NULL)",
            name=op.f("ck_signing_keys_certificate_whole"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('imported', 'active') OR certificate IS NOT NULL",
            name=op.f("ck_signing_keys_imported_has_certificate"),
        ),
        sa.CheckConstraint(
            "state <> 'active' OR active_from IS NOT NULL",
            name=op.f("ck_signing_keys_active_has_start"),
        ),
        sa.CheckConstraint(
            "active_to >= active_from", name=op.f("ck_signing_keys_active_order")
        ),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_signing_keys_uses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_signing_keys_authority_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["signatories.id"],
            name=op.f("fk_signing_keys_person_id"),
        ),
    )
    op.create_index(
        op.f("ix_signing_keys_authority_id_person_id"),
        "signing_keys",
        ["authority_id", "person_id"],
    )
