"""Refusals, reports of violation and refusals taken back; none of them changes."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HELD = (
    "EXISTS (SELECT 1 FROM desk_records r WHERE r.kind = 'forgery'"
    " AND r.original_id = OLD.original_id)"
)

TRIGGERS = (
    ("desk_records", "UPDATE", "", "a record is drawn up once"),
    ("desk_records", "DELETE", "", "a record is drawn up once"),
    ("withdrawals", "UPDATE", "", "a withdrawal is recorded once"),
    ("withdrawals", "DELETE", "", "a withdrawal is recorded once"),
    ("scans", "DELETE", _HELD, "the scan of a reported paper is kept"),
)


def upgrade() -> None:
    op.create_table(
        "desk_records",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("authority_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("original_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('refusal', 'forgery')", name=op.f("ck_desk_records_kind")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_desk_records_number")),
        *_foreign_keys(
            "desk_records",
            authority_id="authorities.id",
            case_id="cases.id",
            original_id="originals.id",
            officer_id="officers.id",
            scan_id="scans.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_records")),
        sa.UniqueConstraint(
            "authority_id",
            "kind",
            "year",
            "number",
            name=op.f("uq_desk_records_authority_id_kind_year_number"),
        ),
    )
    for column in ("case_id", "original_id"):
        name = op.f(f"ix_desk_records_{column}")
        op.create_index(name, "desk_records", [column], unique=False)
    op.create_table(
        "withdrawals",
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_foreign_keys(
            "withdrawals", record_id="desk_records.id", officer_id="officers.id"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_withdrawals")),
    )
    for table, change, condition, message in TRIGGERS:
        keep(f"keep_{table}_{change.lower()}", table, change, condition, message)
    keep_from_truncate("desk_records", "withdrawals", "scans")


def _foreign_keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
