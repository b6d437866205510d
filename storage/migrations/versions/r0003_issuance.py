"""Attestations, comparisons, books and editions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("original_id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("statement_digest", sa.String(length=64), nullable=True),
        sa.Column("assertion", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.String(length=32), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.String(length=32), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Text(), nullable=True),
        sa.Column("intent_attempt", sa.Integer(), nullable=True),
        sa.Column("intent_sha256", sa.String(length=64), nullable=True),
        sa.Column("intent_size", sa.Integer(), nullable=True),
        sa.Column("intent_page_digest", sa.String(length=64), nullable=True),
        sa.Column("intent_attested_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "step IN ('compared', 'approved', 'reserved', 'intended', 'released', "
            "'void')",
            name=op.f("ck_attestations_step"),
        ),
        sa.CheckConstraint(
            "step IN ('compared', 'void') OR (statement IS NOT NULL AND "
            "statement_digest IS NOT NULL AND assertion IS NOT NULL AND approved_at "
            "IS NOT NULL)",
            name=op.f("ck_attestations_approved_has_statement"),
        ),
        sa.CheckConstraint(
            "step NOT IN ('intended', 'released') OR (intent_attempt IS NOT NULL AND "
            "intent_sha256 IS NOT NULL AND intent_size IS NOT NULL AND "
            "intent_page_digest IS NOT NULL AND intent_attested_at IS NOT NULL)",
            name=op.f("ck_attestations_intended_has_intent"),
        ),
        sa.CheckConstraint(
            "(lease_owner IS NULL) = (lease_until IS NULL)",
            name=op.f("ck_attestations_lease_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_attestations_authority_id"),
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name=op.f("fk_attestations_original_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestations")),
        sa.UniqueConstraint("code", name=op.f("uq_attestations_code")),
        sa.UniqueConstraint("original_id", name=op.f("uq_attestations_original_id")),
    )
    op.create_index(
        op.f("ix_attestations_step_lease_until"),
        "attestations",
        ["step", "lease_until"],
        unique=False,
    )
    op.create_table(
        "comparisons",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("compared_at", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("paper_original_shown", sa.Boolean(), nullable=False),
        sa.Column("pages_match", sa.Boolean(), nullable=False),
        sa.Column("original_kind", sa.String(length=32), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("pages_with_information", sa.Integer(), nullable=False),
        sa.Column("legalisation", sa.String(length=32), nullable=False),
        sa.Column("legalisation_note", sa.Text(), nullable=False),
        sa.Column("accepted_warnings", sa.Text(), nullable=False),
        sa.Column("on_vneid", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "legalisation IN ('not_foreign', 'legalised', 'exempt_treaty', "
            "'exempt_list')",
            name=op.f("ck_comparisons_legalisation"),
        ),
        sa.CheckConstraint(
            "original_kind IN ('first_issue', 'reissue', 'reregistered', "
            "'private_confirmed')",
            name=op.f("ck_comparisons_original_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["attestations.id"],
            name=op.f("fk_comparisons_attestation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_comparisons_officer_id")
        ),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_comparisons")),
    )
    op.create_table(
        "books",
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_books_last_number")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_books_authority_id")
        ),
        sa.PrimaryKeyConstraint("authority_id", "kind", "year", name=op.f("pk_books")),
    )
    op.create_table(
        "book_rows",
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("shown_number", sa.Text(), nullable=False),
        sa.Column("reserved_at", sa.String(length=32), nullable=False),
        sa.Column("trail_sequence", sa.Integer(), nullable=False),
        sa.Column("trail_digest", sa.String(length=64), nullable=False),
        sa.Column("attested_on", sa.String(length=10), nullable=True),
        sa.Column("requester", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("signatory", sa.Text(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.Column("fee_dong", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'complete' OR (attested_on IS NOT NULL AND requester IS NOT "
            "NULL AND title IS NOT NULL AND signatory IS NOT NULL AND copies IS NOT "
            "NULL AND fee_dong IS NOT NULL AND note IS NOT NULL)",
            name=op.f("ck_book_rows_complete_has_columns"),
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'complete', 'void')", name=op.f("ck_book_rows_state")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_book_rows_number")),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["attestations.id"],
            name=op.f("fk_book_rows_attestation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id", "kind", "year"],
            ["books.authority_id", "books.kind", "books.year"],
            name=op.f("fk_book_rows_authority_id"),
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "kind", "year", "number", name=op.f("pk_book_rows")
        ),
    )
    op.create_index(
        "uq_book_rows_live_attestation",
        "book_rows",
        ["attestation_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'void'"),
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "editions",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("released_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "reason IN ('issued', 'renewed')", name=op.f("ck_editions_reason")
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_editions_sequence")),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["attestations.id"],
            name=op.f("fk_editions_attestation_id"),
        ),
        sa.PrimaryKeyConstraint("attestation_id", "sequence", name=op.f("pk_editions")),
        sa.UniqueConstraint("sha256", name=op.f("uq_editions_sha256")),
    )
