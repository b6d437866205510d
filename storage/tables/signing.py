"""Signatures that persons are asked for, and who of them is ready to sign."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from certify.signature_request import RequestState
from storage.columns import ID, SHA256, UtcTime, metadata, one_of

KEY_ID = String(128)

# No personal data, no document: what is signed is found through the attestation.
signature_requests = Table(
    "signature_requests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("attestation_id", ID, ForeignKey("attestations.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("key_id", KEY_ID, nullable=False),
    Column("certificate_sha256", SHA256, nullable=False),
    Column("scheme", String(32), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("signed_attributes", LargeBinary, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("bad_tries", Integer, nullable=False),
    Column("signature", LargeBinary),
    one_of("state", RequestState),
    CheckConstraint(
        "(state = 'answered') = (signature IS NOT NULL)", name="answered_has_signature"
    ),
    CheckConstraint("attempt >= 1", name="attempt"),
    UniqueConstraint("attestation_id", "attempt", "key_id"),
    Index(None, "key_id", "state"),
)

# One row per key: its owner's signing page was ready to sign at that time.
signing_presence = Table(
    "signing_presence",
    metadata,
    Column("key_id", KEY_ID, primary_key=True),
    Column("ready_at", UtcTime, nullable=False),
)
