"""What was released or recorded never changes: triggers."""

from storage.migrations.keeping import keep, keep_from_truncate

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TRIGGERS = (
    ("trail", "UPDATE", "", "the trail is append-only"),
    ("trail", "DELETE", "", "the trail is append-only"),
    ("trail_reasons", "UPDATE", "", "a reason is erased, never edited"),
    ("editions", "UPDATE", "", "a released edition never changes"),
    ("editions", "DELETE", "", "a released edition never changes"),
    ("book_rows", "DELETE", "", "a number is never given back"),
    ("book_rows", "UPDATE", "OLD.state <> 'reserved'", "a finished row stays"),
    (
        "book_rows",
        "UPDATE",
        (
            "NEW.number <> OLD.number OR NEW.year <> OLD.year"
            " OR NEW.kind <> OLD.kind"
            " OR NEW.authority_id <> OLD.authority_id"
            " OR NEW.attestation_id <> OLD.attestation_id"
        ),
        "a number stays with its attestation",
    ),
    ("books", "DELETE", "", "a book is closed, never removed"),
    (
        "books",
        "UPDATE",
        "NEW.last_number < OLD.last_number",
        "numbers only grow",
    ),
)


def upgrade() -> None:
    for index, (table, change, condition, message) in enumerate(TRIGGERS):
        keep(f"keep_{table}_{index}", table, change, condition, message)
    keep_from_truncate("trail", "trail_reasons", "editions", "book_rows", "books")
