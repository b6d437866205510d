"""Personal fields are sealed; visits can be held."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.keeping import unkept
from storage.personal import PersonalBytes, PersonalText, keys_of
from storage.resealing import Change, rewrite

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# table: primary key, personal columns
_TEXTS = {
    "cases": ("id", "requester_name requester_email requester_phone"),
    "originals": ("id", "title issuer"),
    "comparisons": ("attestation_id", "place legalisation_note accepted_warnings"),
    "attestations": ("id", "statement assertion"),
    "book_rows": ("authority_id kind year number", "requester title note"),
    "recovered_copies": ("sha256", "statement assertion"),
    "desk_records": ("id", "heading content"),
    "withdrawals": ("record_id", "reason"),
    "trail_reasons": ("authority_id sequence", "reason"),
}
_SALTS = ("comparisons", "desk_records", "trail_reasons")


def upgrade() -> None:
    op.create_table(
        "case_holds",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("held_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_holds_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_holds")),
    )
    _seal()


def _seal() -> None:
    """Values of before are plain; on a new database there are none, and no keys."""
    connection = op.get_bind()

    def sealing(kind: PersonalText | PersonalBytes) -> Change:
        return lambda plain: kind.sealed(keys_of(connection.dialect), plain)

    for name, (key, texts) in _TEXTS.items():
        changes = {one: sealing(PersonalText(f"{name}.{one}")) for one in texts.split()}
        if name in _SALTS:
            changes["salt"] = sealing(PersonalBytes(f"{name}.salt"))
        with unkept(connection, [name]):
            rewrite(connection, name, key.split(), changes)
