"""Declared pages of a paper; fingerprints of scans, and of papers released."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("originals", sa.Column("declared_pages", sa.Integer(), nullable=True))
    op.add_column("scans", sa.Column("fingerprints", sa.Text(), nullable=True))
    op.create_table(
        "known_papers",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("page_digest", sa.String(length=64), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("spread_down", sa.Integer(), nullable=True),
        sa.Column("spread_across", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("page_count >= 1", name=op.f("ck_known_papers_page_count")),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["attestations.id"],
            name=op.f("fk_known_papers_attestation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_known_papers_authority_id"),
        ),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_known_papers")),
    )
    op.create_index(
        op.f("ix_known_papers_page_digest"), "known_papers", ["page_digest"]
    )
    op.create_index(
        "ix_known_papers_candidates",
        "known_papers",
        [
            "page_count",
            "spread_down",
            "spread_across",
            "released_at",
            "authority_id",
            "attestation_id",
        ],
    )
    op.create_table(
        "known_layouts",
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("layout", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("page >= 1", name=op.f("ck_known_layouts_page")),
        sa.ForeignKeyConstraint(
            ["attestation_id"],
            ["known_papers.attestation_id"],
            name=op.f("fk_known_layouts_attestation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "attestation_id", "page", name=op.f("pk_known_layouts")
        ),
    )
