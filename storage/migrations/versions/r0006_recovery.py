"""The statement of an intent, and what a replay of the archive brings back."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MESSAGE = "a released edition never changes"


def upgrade() -> None:
    op.add_column(
        "attestations",
        sa.Column("intent_statement_digest", sa.String(length=64), nullable=True),
    )
    op.execute(
        "UPDATE attestations SET intent_statement_digest = statement_digest"
        " WHERE intent_attempt IS NOT NULL"
    )
    _recovered_copies()
    op.create_table(
        "free_numbers",
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "kind", "year"],
            ["books.authority_id", "books.kind", "books.year"],
            name=op.f("fk_free_numbers_authority_id"),
        ),
        sa.PrimaryKeyConstraint(
            "authority_id", "kind", "year", "number", name=op.f("pk_free_numbers")
        ),
    )
    for change in ("update", "delete"):
        name = f"keep_recovered_copies_{change}"
        keep(name, "recovered_copies", change.upper(), "", _MESSAGE)
    keep_from_truncate("recovered_copies")


def _recovered_copies() -> None:
    op.create_table(
        "recovered_copies",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("shown_number", sa.Text(), nullable=False),
        sa.Column("attestation_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("statement_digest", sa.String(length=64), nullable=False),
        sa.Column("assertion", sa.Text(), nullable=False),
        sa.Column("intent_attempt", sa.Integer(), nullable=False),
        sa.Column("intent_attested_at", sa.String(length=32), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("recovered_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_recovered_copies_authority_id"),
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_recovered_copies")),
    )
    for columns in (
        ["authority_id", "kind", "year", "number"],
        ["attestation_id"],
        ["code"],
    ):
        name = op.f(f"ix_recovered_copies_{'_'.join(columns)}")
        op.create_index(name, "recovered_copies", columns, unique=False)
