"""What the desk records: cases, originals, scans, comparisons."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from certify.case import OriginalKind
from certify.comparison import Legalisation
from storage.columns import ID, SHA256, CanonicalJson, UtcTime, metadata, one_of
from storage.personal import PersonalBytes, PersonalJson, PersonalText

cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(60), nullable=False, unique=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("officer_id", ID, ForeignKey("officers.id"), nullable=False),
    Column("requester_name", PersonalText("cases.requester_name"), nullable=False),
    Column("requester_email", PersonalText("cases.requester_email")),
    Column("requester_phone", PersonalText("cases.requester_phone")),
    Column("status", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    CheckConstraint("status BETWEEN 1 AND 10", name="status"),
    Index(None, "authority_id", "opened_at"),
    Index(None, "status", "due_at"),
)

# One row while somebody has a visit kept; why, and until when, is in the trail.
case_holds = Table(
    "case_holds",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("held_at", UtcTime, nullable=False),
)

case_counters = Table(
    "case_counters",
    metadata,
    Column("unit_code", String(40), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last_number", Integer, nullable=False),
    CheckConstraint("last_number >= 1", name="last_number"),
)

originals = Table(
    "originals",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", PersonalText("originals.title"), nullable=False),
    Column("issuer", PersonalText("originals.issuer"), nullable=False),
    Column("copies", Integer, nullable=False),
    Column("declared_pages", Integer),  # counted on the paper when it was added
    UniqueConstraint("case_id", "position"),
    CheckConstraint("copies >= 1", name="copies"),
)

# The newest scan of an original is the one with the greatest sequence.
scans = Table(
    "scans",
    metadata,
    Column("id", ID, primary_key=True),
    Column("original_id", ID, ForeignKey("originals.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("upload_sha256", SHA256, nullable=False),
    Column("pages", CanonicalJson, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("findings", CanonicalJson, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("fingerprints", CanonicalJson),  # of the first pages; never in the trail
    # What it is made of; NULL for one file as it came. Its files are rows before it.
    Column("arrangement", CanonicalJson),
    Column("reduction", CanonicalJson),
    # Purged: recorded first, then the files are removed; see `certify.purge`.
    Column("purged_at", UtcTime),
    Column("files_removed_at", UtcTime),
    UniqueConstraint("original_id", "sequence"),
    Index(  # what still has files: the rest, growing for ever, is left out
        "ix_scans_with_files",
        "purged_at",
        "created_at",
        sqlite_where=text("files_removed_at IS NULL"),
        postgresql_where=text("files_removed_at IS NULL"),
    ),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("attestation_id", ID, ForeignKey("attestations.id"), primary_key=True),
    Column("officer_id", ID, ForeignKey("officers.id"), nullable=False),
    Column("compared_at", UtcTime, nullable=False),
    Column("place", PersonalText("comparisons.place"), nullable=False),
    Column("page_digest", SHA256, nullable=False),
    Column("paper_original_shown", Boolean, nullable=False),
    Column("pages_match", Boolean, nullable=False),
    Column("original_kind", String(32), nullable=False),
    Column("grounds", CanonicalJson, nullable=False),
    Column("pages_with_information", Integer, nullable=False),
    Column("legalisation", String(32), nullable=False),
    Column(
        "legalisation_note",
        PersonalText("comparisons.legalisation_note"),
        nullable=False,
    ),
    Column(
        "accepted_warnings",
        PersonalJson("comparisons.accepted_warnings"),
        nullable=False,
    ),
    Column("on_vneid", Boolean, nullable=False),
    Column(
        "salt", PersonalBytes("comparisons.salt")
    ),  # of the commitment; absent before revision 0007
    one_of("original_kind", OriginalKind),
    one_of("legalisation", Legalisation),
)
