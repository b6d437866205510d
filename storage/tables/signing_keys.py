"""The registry of signing keys: what is known of each, never the key or its secret."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from certify.signing_key import KeyRole, KeyState
from storage.columns import ID, SHA256, CanonicalJson, UtcTime, metadata, one_of

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("person_id", ID, ForeignKey("signatories.id")),
    Column("backend", String(16), nullable=False),
    Column("parameters", CanonicalJson, nullable=False),
    # name → "file:…" or "env:…": where the secret is, never what it is
    Column("secrets", CanonicalJson, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("certificate", LargeBinary),
    Column("certificate_sha256", SHA256),
    Column("issuers", CanonicalJson, nullable=False),  # DER, hex, the nearest first
    Column("state", String(16), nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("active_from", UtcTime),
    Column("active_to", UtcTime),
    Column("uses", Integer, nullable=False),
    Column("use_limit", Integer),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    one_of("role", KeyRole),
    one_of("state", KeyState),
    CheckConstraint("(role = 'signatory') = (person_id IS NOT NULL)", name="holder"),
    CheckConstraint(
        "(certificate IS NULL) = (certificate_sha256 IS NULL)", name="certificate_whole"
    ),
    CheckConstraint(
        "state NOT IN ('imported', 'active') OR certificate IS NOT NULL",
        name="imported_has_certificate",
    ),
    CheckConstraint(
        "state <> 'active' OR active_from IS NOT NULL", name="active_has_start"
    ),
    CheckConstraint("active_to >= active_from", name="active_order"),
    CheckConstraint("uses >= 0", name="uses"),
    Index(None, "authority_id", "person_id"),
)
