"""Attestations with their lease and intent, the books, the released editions."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from certify.attestation import IssuanceStep
from certify.identifiers import CODE_LENGTH
from storage.columns import ID, SHA256, UtcTime, metadata, one_of
from storage.personal import PersonalJson, PersonalText

UNFINISHED_STEPS = "step IN ('approved', 'reserved', 'intended')"

attestations = Table(
    "attestations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("original_id", ID, ForeignKey("originals.id"), nullable=False, unique=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("step", String(16), nullable=False),
    Column("code", String(CODE_LENGTH), nullable=False, unique=True),
    # approved: the canonical JSON as signed by the second factor, and its digest
    Column("statement", PersonalText("attestations.statement")),
    Column("statement_digest", SHA256),
    Column("assertion", PersonalJson("attestations.assertion")),
    Column("approved_at", UtcTime),
    # lease: fence grows with every lease; an older fence can commit nothing
    Column("lease_owner", Text),
    Column("lease_until", UtcTime),
    Column("fence", Integer, nullable=False),
    Column("waiting", Text),
    Column("waiting_cause", String(64)),  # code of the error that `waiting` is of
    # planned by `certify.retry`: runs that failed in a row, and the next one
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcTime),
    # intent: what the newest attempt was about to sign
    Column("intent_attempt", Integer),
    Column("intent_sha256", SHA256),
    Column("intent_size", Integer),
    Column("intent_page_digest", SHA256),
    # the statement may be confirmed again after it: recovery compares the two
    Column("intent_statement_digest", SHA256),
    Column("intent_attested_at", UtcTime),
    one_of("step", IssuanceStep),
    CheckConstraint(
        "step IN ('compared', 'void') OR (statement IS NOT NULL AND statement_digest"
        " IS NOT NULL AND assertion IS NOT NULL AND approved_at IS NOT NULL)",
        name="approved_has_statement",
    ),
    CheckConstraint(
        "(lease_owner IS NULL) = (lease_until IS NULL)", name="lease_whole"
    ),
    CheckConstraint(
        "step NOT IN ('intended', 'released') OR (intent_attempt IS NOT NULL AND"
        " intent_sha256 IS NOT NULL AND intent_size IS NOT NULL AND"
        " intent_page_digest IS NOT NULL AND intent_attested_at IS NOT NULL)",
        name="intended_has_intent",
    ),
    Index(None, "step", "lease_until"),
    # The queue: small however many were released, and in the order it is worked off.
    Index(
        "ix_attestations_unfinished",
        "approved_at",
        "id",
        sqlite_where=text(UNFINISHED_STEPS),
        postgresql_where=text(UNFINISHED_STEPS),
    ),
)

books = Table(
    "books",
    metadata,
    Column("authority_id", ID, ForeignKey("authorities.id"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("volume", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    CheckConstraint("last_number >= 0", name="last_number"),
)

book_rows = Table(
    "book_rows",
    metadata,
    Column("authority_id", ID, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("volume", Integer, nullable=False),
    Column("attestation_id", ID, ForeignKey("attestations.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("shown_number", Text, nullable=False),
    Column("reserved_at", UtcTime, nullable=False),
    # the trail's head right after the reservation was recorded: printed in the copy
    Column("trail_sequence", Integer, nullable=False),
    Column("trail_digest", SHA256, nullable=False),
    # columns 2 to 8 of the sổ chứng thực, filled at release
    Column("attested_on", String(10)),
    Column("requester", PersonalText("book_rows.requester")),
    Column("title", PersonalText("book_rows.title")),
    Column("signatory", Text),
    Column("copies", Integer),
    Column("fee_dong", Integer),
    Column("note", PersonalText("book_rows.note")),
    ForeignKeyConstraint(
        ["authority_id", "kind", "year"],
        ["books.authority_id", "books.kind", "books.year"],
    ),
    one_of("state", ("reserved", "complete", "void")),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint(
        "state <> 'complete' OR (attested_on IS NOT NULL AND requester IS NOT NULL"
        " AND title IS NOT NULL AND signatory IS NOT NULL AND copies IS NOT NULL"
        " AND fee_dong IS NOT NULL AND note IS NOT NULL)",
        name="complete_has_columns",
    ),
    Index(None, "attestation_id"),  # the next one leaves void rows out
    # An attestation whose number was voided at the year's end takes a new one: unique
    # among the rows that live, not among all (design §3).
    Index(
        "uq_book_rows_live_attestation",
        "attestation_id",
        unique=True,
        sqlite_where=text("state <> 'void'"),
        postgresql_where=text("state <> 'void'"),
    ),
    # Few of many rows: monitoring counts them at every scrape.
    Index(
        "ix_book_rows_reserved",
        "reserved_at",
        sqlite_where=text("state = 'reserved'"),
        postgresql_where=text("state = 'reserved'"),
    ),
)

editions = Table(
    "editions",
    metadata,
    Column("attestation_id", ID, ForeignKey("attestations.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("sha256", SHA256, nullable=False, unique=True),
    Column("object_key", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("released_at", UtcTime, nullable=False),
    one_of("reason", ("issued", "renewed")),
    CheckConstraint("sequence >= 1", name="sequence"),
)

# Copies found in the archive whose attestation a restored database does not know. They
# hold their numbers, resolve and verify; the statement came from the archive.
recovered_copies = Table(
    "recovered_copies",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("shown_number", Text, nullable=False),
    Column("attestation_id", ID, nullable=False),
    Column("code", String(CODE_LENGTH), nullable=False),
    Column("statement", PersonalText("recovered_copies.statement"), nullable=False),
    Column("statement_digest", SHA256, nullable=False),
    Column("assertion", PersonalJson("recovered_copies.assertion"), nullable=False),
    Column("intent_attempt", Integer, nullable=False),
    Column("intent_attested_at", UtcTime, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("recovered_at", UtcTime, nullable=False),
    # 0: the file that was issued; else the attempt of the archive renewal that made it
    Column("renewal", Integer, nullable=False, server_default="0"),
    Index(None, "authority_id", "kind", "year", "number"),
    Index(None, "attestation_id"),
    Index(None, "code"),
)

# Numbers below the newest that a restored book has no row for and the archive no
# copy: nothing was released under them, so they are given out first.
free_numbers = Table(
    "free_numbers",
    metadata,
    Column("authority_id", ID, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    ForeignKeyConstraint(
        ["authority_id", "kind", "year"],
        ["books.authority_id", "books.kind", "books.year"],
    ),
)
