"""Papers drawn up instead of a copy, and refusals taken back. Rows never change."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from certify.desk_record import RecordKind
from storage.columns import ID, UtcTime, metadata, one_of
from storage.personal import PersonalBytes, PersonalJson, PersonalText

desk_records = Table(
    "desk_records",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("original_id", ID, ForeignKey("originals.id"), nullable=False),
    Column("officer_id", ID, ForeignKey("officers.id"), nullable=False),
    Column("scan_id", ID, ForeignKey("scans.id")),
    Column("made_at", UtcTime, nullable=False),
    Column("year", Integer, nullable=False),  # Vietnamese
    Column("number", Integer, nullable=False),
    Column("heading", PersonalJson("desk_records.heading"), nullable=False),
    Column("content", PersonalJson("desk_records.content"), nullable=False),
    # of the commitment in the trail
    Column("salt", PersonalBytes("desk_records.salt"), nullable=False),
    UniqueConstraint("authority_id", "kind", "year", "number"),
    Index(None, "case_id"),
    Index(None, "original_id"),
    one_of("kind", RecordKind),
    CheckConstraint("number >= 1", name="number"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("record_id", ID, ForeignKey("desk_records.id"), primary_key=True),
    Column("officer_id", ID, ForeignKey("officers.id"), nullable=False),
    Column("officer", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("reason", PersonalText("withdrawals.reason"), nullable=False),
)
