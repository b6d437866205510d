"""Authorities, the people in them, and what each of them may use."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from certify.people import MandateKind
from storage.columns import ID, SHA256, CanonicalJson, UtcTime, metadata, one_of

authorities = Table(
    "authorities",
    metadata,
    Column("id", ID, primary_key=True),
    Column("unit_code", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("province", Text, nullable=False),
    Column("seal_key_id", ID, nullable=False),
    Column("self_certify_decision", Text),
)

officers = Table(
    "officers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("person_id", ID, nullable=False, server_default=""),
)

signatories = Table(
    "signatories",
    metadata,
    Column("id", ID, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("mandate_kind", String(16), nullable=False),
    Column("mandate_decision", Text),
    Column("mandate_from", Date, nullable=False),
    Column("mandate_to", Date),
    Column("key_id", ID, nullable=False),
    Column("person_id", ID, nullable=False, server_default=""),
    one_of("mandate_kind", MandateKind),
    # NĐ 280/2025 Đ2 k.9: only a written delegation lets somebody else sign.
    CheckConstraint(
        "mandate_kind <> 'delegate' OR mandate_decision IS NOT NULL",
        name="delegate_has_decision",
    ),
    CheckConstraint("mandate_to >= mandate_from", name="mandate_order"),
)

seal_authorisations = Table(
    "seal_authorisations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("clerk_name", Text, nullable=False),
    Column("decision_number", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("revoked", Boolean, nullable=False),
    UniqueConstraint("authority_id", "sequence"),
    CheckConstraint("valid_to >= valid_from", name="validity_order"),
)

confirmation_keys = Table(
    "confirmation_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("signatories.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("enrolment_mac", LargeBinary, nullable=False),
    UniqueConstraint("person_id", "sequence"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column(
        "authority_id", ID, ForeignKey("authorities.id"), nullable=False, index=True
    ),
    Column("label", Text, nullable=False),
    Column("scopes", CanonicalJson, nullable=False),
    Column("secret_sha256", SHA256, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
)
