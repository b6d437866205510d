"""What was released or recorded never changes: triggers, per database.

They stop mistakes and careless hands. Whoever may drop a trigger is found by the
chained trail, the heads printed in the copies, and the digests of the editions.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Another database adds its variant here; without one the upgrade stops (KeyError).
TRIGGERS = {
    "sqlite": (
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
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for index, (table, change, condition, message) in enumerate(TRIGGERS[dialect]):
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER keep_{table}_{index} BEFORE {change} ON {table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
