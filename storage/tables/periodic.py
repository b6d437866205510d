"""What periodic duties leave behind: how they fared, and alarms of late cases."""

from sqlalchemy import Column, ForeignKey, String, Table

from storage.columns import ID, UtcTime, metadata

# The last round of each duty, whichever process had it: an operator's view, no record.
duty_rounds = Table(
    "duty_rounds",
    metadata,
    Column("duty", String(64), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("succeeded_at", UtcTime),
)

# Once for each case; it stays when the case is finished late.
deadline_alarms = Table(
    "deadline_alarms",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("raised_at", UtcTime, nullable=False),
)
