"""The officer's record under the protection of the trail.

The record holds personal data (a place, notes, reasons), so the chain holds only a
commitment: SHA-256 over a random salt and the canonical JSON of the whole record. The
salt lies beside the record; both may be erased together, and neither tells the other.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select

from certify.canonical_json import canonical_json
from certify.comparison import Comparison
from certify.errors import StoredDataDamaged
from storage.columns import utc_text
from storage.desk_reads import comparison_values
from storage.personal import readable
from storage.tables import attestations, comparisons, trail

RECORD_ACTION = "comparison.record"
COMMITMENT = "comparison"  # the name in the details of the trail's row
IN_PIECES: Mapping[str, Any] = MappingProxyType({"yield_per": 1000})
"""How to run a query whose answer may not fit into memory."""

_SALT_BYTES = 32


def insert_comparison(
    connection: Connection, attestation_id: str, comparison: Comparison
) -> str:
    """Store the record with a fresh salt; return the commitment for the trail."""
    values = comparison_values(comparison)
    salt = secrets.token_bytes(_SALT_BYTES)
    connection.execute(
        insert(comparisons).values(attestation_id=attestation_id, salt=salt, **values)
    )
    return comparison_commitment(salt, {"attestation_id": attestation_id, **values})


def check_comparisons(connection: Connection, authority_id: str) -> None:
    """Hold every record against what the newest row of the trail committed to.

    Records made before there were commitments are passed over.

    Raises:
        StoredDataDamaged: one was changed, or is gone.
    """
    committed, dropped = _committed(connection, authority_id)
    records = (
        select(*readable(comparisons))
        .select_from(comparisons)
        .join(attestations, attestations.c.id == comparisons.c.attestation_id)
        .where(attestations.c.authority_id == authority_id)
    )
    with connection.execute(records, execution_options=IN_PIECES) as rows:
        for row in rows:
            subject = row.attestation_id
            expected = committed.pop(subject, "")
            if expected is None:
                continue
            values = dict(row._mapping)  # noqa: SLF001 - public API of SQLAlchemy despite its name
            salt = values.pop("salt")
            if salt is None or expected != comparison_commitment(salt, values):
                raise StoredDataDamaged(what=f"biên bản đối chiếu {subject}")
    for subject, commitment in committed.items():
        if commitment is not None and subject not in dropped:
            raise StoredDataDamaged(what=f"biên bản đối chiếu {subject}")


def _committed(
    connection: Connection, authority_id: str
) -> tuple[dict[str, str | None], set[str]]:
    """Return attestation → newest commitment, and the ids that were dropped since."""
    committed: dict[str, str | None] = {}
    dropped: set[str] = set()
    rows = connection.execute(
        select(trail.c.action, trail.c.subject, trail.c.details)
        .where(
            trail.c.authority_id == authority_id,
            trail.c.action.in_((RECORD_ACTION, "scan.attach", "person.erase")),
        )
        .order_by(trail.c.sequence)
    )
    for row in rows:
        if row.action == RECORD_ACTION:
            committed[row.subject] = row.details.get(COMMITMENT)
        elif row.details.get("dropped"):
            dropped.update(row.details["dropped"].split())
    return committed, dropped


def comparison_commitment(salt: bytes, values: Mapping[str, Any]) -> str:
    """Return what the trail keeps of a record; `values` are all columns but salt."""
    plain = {
        name: utc_text(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    text = canonical_json({"type": "comparison/1", **plain})
    return hashlib.sha256(salt + text.encode()).hexdigest()
