"""Periodic duties, alarms of late cases; on PostgreSQL the work queue's own schema.

The queue's tables are Procrastinate's, word for word (decision 0022).
"""

import sqlalchemy as sa
from alembic import op

from storage.work_queue.schema import create_queue

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_rounds",
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("succeeded_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_duty_rounds")),
    )
    op.create_table(
        "deadline_alarms",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("raised_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_deadline_alarms_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_deadline_alarms")),
    )
    op.create_index(op.f("ix_cases_status_due_at"), "cases", ["status", "due_at"])
    if op.get_bind().dialect.name == "postgresql":
        create_queue(op.get_bind())
