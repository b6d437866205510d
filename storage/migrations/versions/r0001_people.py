"""Authorities, people, their keys and mandates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authorities",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("seal_key_id", sa.String(length=64), nullable=False),
        sa.Column("self_certify_decision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorities")),
        sa.UniqueConstraint("unit_code", name=op.f("uq_authorities_unit_code")),
    )
    op.create_table(
        "officers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_officers_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
    )
    op.create_table(
        "signatories",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("mandate_kind", sa.String(length=16), nullable=False),
        sa.Column("mandate_decision", sa.Text(), nullable=True),
        sa.Column("mandate_from", sa.Date(), nullable=False),
        sa.Column("mandate_to", sa.Date(), nullable=True),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "mandate_kind <> 'delegate' OR mandate_decision IS NOT NULL",
            name=op.f("ck_signatories_delegate_has_decision"),
        ),
        sa.CheckConstraint(
            "mandate_kind IN ('chairman', 'deputy', 'delegate')",
            name=op.f("ck_signatories_mandate_kind"),
        ),
        sa.CheckConstraint(
            "mandate_to >= mandate_from", name=op.f("ck_signatories_mandate_order")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_signatories_authority_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatories")),
    )
    op.create_table(
        "seal_authorisations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("clerk_name", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_seal_authorisations_validity_order")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_seal_authorisations_authority_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_authorisations")),
        sa.UniqueConstraint(
            "authority_id",
            "sequence",
            name=op.f("uq_seal_authorisations_authority_id_sequence"),
        ),
    )
    op.create_table(
        "confirmation_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolment_mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["signatories.id"],
            name=op.f("fk_confirmation_keys_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_keys")),
        sa.UniqueConstraint(
            "person_id",
            "sequence",
            name=op.f("uq_confirmation_keys_person_id_sequence"),
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("last_used_at", sa.String(length=32), nullable=True),
        sa.Column("revoked_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_api_keys_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(
        op.f("ix_api_keys_authority_id"), "api_keys", ["authority_id"], unique=False
    )
