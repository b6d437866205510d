"""Annulled copies: one row each, never changed (TT 01/2020/TT-BTP Đ7)."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from certify.identifiers import CODE_LENGTH
from storage.columns import ID, UtcTime, metadata

# No foreign key to `attestations`: a copy recovered from the archive has no row there.
annulments = Table(
    "annulments",
    metadata,
    Column("attestation_id", ID, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("authority_name", Text, nullable=False),
    Column("code", String(CODE_LENGTH), nullable=False),
    Column("shown_number", Text, nullable=False),
    Column("decision_number", Text, nullable=False),
    Column("decided_on", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("annulled_at", UtcTime, nullable=False),
    # the trail's record of it: grows within an authority, so the feed's cursor as well
    Column("trail_sequence", Integer, nullable=False),
    UniqueConstraint("authority_id", "trail_sequence"),
)
