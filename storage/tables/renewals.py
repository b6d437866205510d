"""The watch over released editions: until when each is protected, who renews it."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from storage.columns import ID, SHA256, UtcTime, metadata

# One row per released attestation, of `attestations` or of `recovered_copies`: hence no
# foreign key. The protection is that of the newest edition, the file of `sha256`.
renewals = Table(
    "renewals",
    metadata,
    Column("attestation_id", ID, primary_key=True),
    Column("sha256", SHA256, nullable=False),
    # NULL: nobody has read it from the file yet
    Column("protected_until", UtcTime),
    # names with a blank in between, sorted; see `certify.protection`
    Column("algorithms", Text),
    # lease: fence grows with every lease; an older fence can commit nothing
    Column("lease_owner", Text),
    Column("lease_until", UtcTime),
    Column("fence", Integer, nullable=False),
    # intent: the newest attempt, and the edition it began with until it is finished
    Column("attempts", Integer, nullable=False),
    Column("intent_sha256", SHA256),
    Column("intent_size", Integer),
    # why the last run failed, and when the next is planned
    Column("cause", String(64), nullable=False),
    Column("retry_at", UtcTime),
    Column("failures", Integer, nullable=False),
    CheckConstraint(
        "(lease_owner IS NULL) = (lease_until IS NULL)", name="lease_whole"
    ),
    CheckConstraint(
        "(protected_until IS NULL) = (algorithms IS NULL)", name="protection_whole"
    ),
    CheckConstraint(
        "(intent_sha256 IS NULL) = (intent_size IS NULL)", name="intent_whole"
    ),
    Index(None, "protected_until"),
    Index(None, "algorithms", "protected_until"),
)
