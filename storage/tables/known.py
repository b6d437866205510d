"""What is remembered of released papers, to know them when they are scanned again.

A table of narrow rows to choose candidates from, and their layouts beside it: the
search reads thousands of the first and at most some hundred of the second.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from storage.columns import ID, SHA256, UtcTime, metadata

known_papers = Table(
    "known_papers",
    metadata,
    Column("attestation_id", ID, ForeignKey("attestations.id"), primary_key=True),
    Column("authority_id", ID, ForeignKey("authorities.id"), nullable=False),
    Column("page_digest", SHA256, nullable=False),
    Column("page_count", Integer, nullable=False),
    # of the first page, in tenths of a mm; absent when there is no fingerprint
    Column("spread_down", Integer),
    Column("spread_across", Integer),
    Column("released_at", UtcTime, nullable=False),
    CheckConstraint("page_count >= 1", name="page_count"),
    Index(None, "page_digest"),
    Index(  # holds all that choosing candidates reads: the table is not touched
        "ix_known_papers_candidates",
        "page_count",
        "spread_down",
        "spread_across",
        "released_at",
        "authority_id",
        "attestation_id",
    ),
)

known_layouts = Table(
    "known_layouts",
    metadata,
    Column(
        "attestation_id",
        ID,
        ForeignKey("known_papers.attestation_id"),
        primary_key=True,
    ),
    Column("page", Integer, primary_key=True),
    Column("layout", LargeBinary, nullable=False),
    CheckConstraint("page >= 1", name="page"),
)
