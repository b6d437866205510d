"""The tables, one file per aggregate. Importing this registers all of them.

Rules kept by the database itself: foreign keys, closed lists as CHECK, one live book
row per attestation, and triggers (`migrations/versions/r0005_immutable_rows.py`) that
refuse any change of what was released or recorded.
"""

from storage.columns import metadata
from storage.tables.annulments import annulments
from storage.tables.desk import (
    case_counters,
    case_holds,
    cases,
    comparisons,
    originals,
    scans,
)
from storage.tables.desk_records import desk_records, withdrawals
from storage.tables.issuance import (
    attestations,
    book_rows,
    books,
    editions,
    free_numbers,
    recovered_copies,
)
from storage.tables.known import known_layouts, known_papers
from storage.tables.people import (
    api_keys,
    authorities,
    confirmation_keys,
    officers,
    seal_authorisations,
    signatories,
)
from storage.tables.periodic import deadline_alarms, duty_rounds
from storage.tables.public_trail import (
    checkpoint_refusals,
    checkpoint_tokens,
    checkpoints,
    tree_leaves,
    tree_nodes,
)
from storage.tables.renewals import renewals
from storage.tables.signing import signature_requests, signing_presence
from storage.tables.signing_keys import signing_keys
from storage.tables.trail import trail, trail_reasons

__all__ = [
    "annulments",
    "api_keys",
    "attestations",
    "authorities",
    "book_rows",
    "books",
    "case_counters",
    "case_holds",
    "cases",
    "checkpoint_refusals",
    "checkpoint_tokens",
    "checkpoints",
    "comparisons",
    "confirmation_keys",
    "deadline_alarms",
    "desk_records",
    "duty_rounds",
    "editions",
    "free_numbers",
    "known_layouts",
    "known_papers",
    "metadata",
    "officers",
    "originals",
    "recovered_copies",
    "renewals",
    "scans",
    "seal_authorisations",
    "signatories",
    "signature_requests",
    "signing_keys",
    "signing_presence",
    "trail",
    "trail_reasons",
    "tree_leaves",
    "tree_nodes",
    "withdrawals",
]
