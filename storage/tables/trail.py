"""The audit trail: chained rows, and the free text they only commit to."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.columns import ID, SHA256, CanonicalJson, UtcTime, metadata
from storage.personal import PersonalBytes, PersonalText

trail = Table(
    "trail",
    metadata,
    Column("authority_id", ID, ForeignKey("authorities.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", ID, nullable=False),
    Column("details", CanonicalJson, nullable=False),
    Column("reason_commitment", SHA256),
    Column("previous", SHA256, nullable=False),
    Column("digest", SHA256, nullable=False),
    CheckConstraint("sequence >= 1", name="sequence"),
    Index(None, "subject"),
)

# Free text can hold personal data, so it is kept apart and may be erased (Luật BVDLCN
# 91/2025); the chained row keeps a salted commitment that stays valid without it.
trail_reasons = Table(
    "trail_reasons",
    metadata,
    Column("authority_id", ID, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("salt", PersonalBytes("trail_reasons.salt"), nullable=False),
    Column("reason", PersonalText("trail_reasons.reason"), nullable=False),
    ForeignKeyConstraint(
        ["authority_id", "sequence"], ["trail.authority_id", "trail.sequence"]
    ),
)
