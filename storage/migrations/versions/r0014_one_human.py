"""Which human being an officer or a signatory is: nobody checks his own work.

Until now a delegate with two records passed as two people. Records made before say
nothing, so each stands for a person of its own, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("officers", "signatories"):
        column = sa.Column(
            "person_id", sa.String(length=64), nullable=False, server_default=""
        )
        op.add_column(name, column)
        table = sa.table(name, sa.column("id"), sa.column("person_id"))
        op.execute(sa.update(table).values(person_id=table.c.id))
